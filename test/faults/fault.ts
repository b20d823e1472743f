/** A fault of the matrix as data, and the words its rows share: which outcome follows by the rules of the design. */
import type { OutcomeName } from '../../nodes/shared/outcome';
import type { PhaseName } from './phases';
import type { World, WorldOptions } from './world';

export interface Expectation {
	/** Outcomes the struck push may have. */
	readonly struck: readonly OutcomeName[];
	/** Outcomes of those behind it and after it; default: accepted. */
	readonly others?: readonly OutcomeName[];
	/** Connections the cell may open at most; default: the budget's. */
	readonly connections?: number;
	/** What no repeat can mend: the last push, after the fault, may be `not sent` as well. */
	readonly lasts?: boolean;
}

export interface Fault {
	readonly name: string;
	readonly group:
		| 'TCP'
		| 'names'
		| 'TLS'
		| 'proxy'
		| 'GOAWAY'
		| 'streams'
		| 'limits and windows'
		| 'answers'
		| 'silence'
		| 'this machine';
	readonly expect: Partial<Record<PhaseName, Expectation>>;
	readonly options?: Partial<WorldOptions>;
	/** The pushes of the cell listen to a signal, and this fires it. */
	readonly stops?: boolean;
	strike(world: World, tools: { readonly stop: () => void }): Promise<void> | void;
	/** The peer answers nothing afterwards that it holds. */
	readonly staysSilent?: boolean;
}

export const A: Expectation = { struck: ['accepted'] };
export const U: Expectation = { struck: ['unknown'] };
/** Not sent, or sent again in time. */
export const NA: Expectation = { struck: ['not sent', 'accepted'] };
export const UA: Expectation = { struck: ['unknown', 'accepted'] };
export const FAILS: Expectation = { struck: ['not sent'], others: ['not sent'], lasts: true };

export const everywhere = (expectation: Expectation): Record<PhaseName, Expectation> => ({
	connecting: expectation,
	TLS: expectation,
	'before SETTINGS': expectation,
	'first request': expectation,
	'request half written': expectation,
	awaiting: expectation,
	'answer half read': expectation,
	idle: expectation,
	draining: expectation,
});
/** What a connection that ends costs: what had left is unknown unless its status had come; the rest goes elsewhere. */
export const ended: Record<PhaseName, Expectation> = {
	...everywhere(U),
	connecting: A,
	TLS: A,
	'request half written': A,
	'answer half read': A,
	idle: A,
};
/** The same for one that only goes silent: the deadline of a half-written push comes first. */
export const silent: Record<PhaseName, Expectation> = { ...ended, 'request half written': NA };

/** Lets what was sent arrive. */
export const turns = async (): Promise<void> => {
	for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
	await new Promise((resolve) => setTimeout(resolve, 20));
};

/** Phases in which the struck push has a stream. */
export const withStream = (expectation: Expectation): Partial<Record<PhaseName, Expectation>> => ({
	'first request': expectation,
	'request half written': expectation,
	awaiting: expectation,
	draining: expectation,
});
