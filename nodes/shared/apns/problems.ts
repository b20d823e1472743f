/** A field that cannot be sent as it is: which one, what is wrong, and how to mend it. */

export class FieldProblem extends Error {
	constructor(
		/** The field as the user sees it. */
		readonly field: string,
		/** What is wrong, without the secret itself. */
		readonly problem: string,
		/** What to do, one sentence. */
		readonly remedy: string,
	) {
		super(`${field}: ${problem}`);
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
