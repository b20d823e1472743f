/** One line for each thing worth following: changes of state, openings, GOAWAY, repeats, pauses. Never a secret. */

/** Receives a line. The default writes none. */
export type Trace = (line: string) => void;

/** What an operator should see in the server's log: something that stops or delays pushes, and its end. */
export interface Notice {
	readonly level: 'info' | 'warn';
	/** One or two sentences, without secrets. */
	readonly message: string;
}

export const noTrace: Trace = () => undefined;
