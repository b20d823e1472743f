/** A value that cannot be sent as it is, or that devices ignore: of which field, what is wrong, and how to fix it. */
import { type FieldText, plainName, plainText, type Subject } from './fields';

/** What is wrong, for programs: the texts may change, these do not. */
export type ProblemCode =
	| 'missing'
	| 'notText'
	| 'notNumber'
	| 'notWhole'
	| 'outOfRange'
	| 'notTime'
	| 'passed'
	| 'notUuid'
	| 'notJson'
	| 'notObject'
	| 'notList'
	| 'notHex'
	| 'notBase64'
	| 'badCharacters'
	| 'badLength'
	| 'tooLong'
	| 'tooLarge'
	| 'notOffered'
	| 'notAllowed'
	| 'conflict'
	| 'wrongKind'
	| 'incomplete'
	| 'damaged'
	| 'encrypted'
	| 'unsupported'
	| 'wrongPassphrase'
	| 'mismatch'
	| 'expired'
	| 'expiresSoon'
	| 'notYetValid'
	| 'wrongEnvironment'
	| 'refused'
	| 'ignored'
	| 'unusual'
	| 'unexpected';

/** Thrown by whatever reads or checks a field. The message names the field in plain words and holds no secret. */
export class FieldProblem extends Error {
	/** For logs: what people see names the field as their form does (`n8n/fieldWords.ts`). */
	constructor(
		readonly field: Subject,
		readonly code: ProblemCode,
		/** What is wrong, without the secret itself: what follows the name of the field in a sentence. */
		readonly problem: FieldText,
		/** What to do, one or a few whole sentences. */
		readonly remedy: FieldText,
	) {
		super(`The ${plainName(field)} ${plainText(problem)}.`);
		this.name = 'FieldProblem';
	}
}

/** Runs `read` and returns what it gives, or the problem it found; other errors pass. */
export function orProblem<T>(read: () => T): T | FieldProblem {
	try {
		return read();
	} catch (error) {
		if (error instanceof FieldProblem) return error;
		throw error;
	}
}

/** The beginning of a value on one line, for a message: enough to recognize it. */
export function excerpt(value: string, characters = 40): string {
	const line = value.slice(0, characters + 1).replace(/\s+/g, ' ');
	return line.length > characters ? `${line.slice(0, characters)}…` : line;
}

/** What is wrong as one sentence, with the name of the field left to whoever shows it. */
export function sentenceOf({ field, problem }: FieldProblem): FieldText {
	const parts = typeof problem === 'string' ? [problem] : problem;
	return [field === 'payload' ? 'The payload' : { field }, ' ', ...parts, '.'];
}
