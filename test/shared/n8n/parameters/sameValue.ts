/** Compares values from an engine with values resolved directly. */
import { inspect, isDeepStrictEqual } from 'node:util';

/** What a read gave: a value, or the message of what it threw. */
export type Outcome = { readonly value: unknown } | { readonly error: string };

export function outcomeOf(read: () => unknown): Outcome {
	try {
		return { value: read() };
	} catch (error) {
		return { error: String(error) };
	}
}

/** Whether two outcomes are the same, negative zero and prototypes included. */
export function sameOutcome(one: Outcome, other: Outcome): boolean {
	return isDeepStrictEqual(one, other);
}

/** A value as a person can read it in a failure. */
export function show(value: unknown): string {
	return inspect(value, { depth: 8, breakLength: Infinity });
}
