/** What a user reads of the problem that something throws. */
import { FieldProblem } from '../../../nodes/shared/apns/problems';
import { type Words, wordsOf } from '../../../nodes/shared/n8n/fieldWords';

/** Message and advice; undefined when nothing is thrown. Other errors pass. */
export function wordsThrownBy(run: () => unknown): Words | undefined {
	try {
		run();
	} catch (error) {
		if (error instanceof FieldProblem) return wordsOf(error);
		throw error;
	}
	return undefined;
}

/** The message alone, or `accepted`. */
export function problemOf(run: () => unknown): string {
	return wordsThrownBy(run)?.message ?? 'accepted';
}
