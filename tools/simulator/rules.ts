/** How requests are judged: a table of rules read from the top; the first broken one names Apple's reason. */
import type { Reason } from './reasons';

export interface Rule<Subject> {
	readonly reason: Reason;
	/** `credential` rules decide whether a connection has proved itself; what stands above them does not. */
	readonly about: 'request' | 'credential' | 'content';
	/** True when the request breaks the rule. */
	readonly broken: (subject: Subject) => boolean;
	/** Breaking it leaves the connection unusable. */
	readonly wedges?: boolean;
}

export function firstBroken<Subject>(rules: ReadonlyArray<Rule<Subject>>, subject: Subject): Rule<Subject> | undefined {
	return rules.find((rule) => rule.broken(subject));
}

/** The same rules for a subject that holds another one. */
export function within<Outer, Inner>(
	pick: (outer: Outer) => Inner,
	rules: ReadonlyArray<Rule<Inner>>,
): Array<Rule<Outer>> {
	return rules.map((rule) => ({ ...rule, broken: (outer) => rule.broken(pick(outer)) }));
}

/** 8-4-4-4-12 hex digits. Apple's page shows lower case; its own answers are upper case. */
export function isUuid(text: string): boolean {
	return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text);
}

export type HeaderLines = ReadonlyArray<readonly [name: string, value: string]>;

/** First value of a header, by lower-case name. */
export function headerOf(lines: HeaderLines, name: string): string | undefined {
	return lines.find(([candidate]) => candidate === name)?.[1];
}

export function hasDuplicates(lines: HeaderLines): boolean {
	return new Set(lines.map(([name]) => name)).size !== lines.length;
}
