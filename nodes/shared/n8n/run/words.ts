/** Numbers and sentences as a person reads them. */

/** What a request is about: advice names the fields of that form. */
export type Target = 'device' | 'channel';

/** What is counted. */
export interface Noun {
	/** A device unless given. */
	readonly target?: Target;
	readonly one: string;
	readonly many: string;
}

export const pushNoun: Noun = { one: 'push', many: 'pushes' };

/** `1 push`, `12,000 pushes`. */
export function counted(count: number, { one, many }: Noun): string {
	return `${figure(count)} ${count === 1 ? one : many}`;
}

/** `3 of 4 pushes`, `all 4 pushes`, and `the push` where there is only one. */
export function countedOf(count: number, total: number, { one, many }: Noun): string {
	if (total === 1) return `the ${one}`;
	return count === total ? `all ${figure(total)} ${many}` : `${figure(count)} of ${figure(total)} ${many}`;
}

/** The text with a capital at its beginning. */
export function capital(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

/** A whole number with commas: `12,000`. */
export function figure(count: number): string {
	return Math.round(count).toLocaleString('en-US');
}

/** `1` takes the first form, every other number the second. */
export function plural(count: number, one: string, many: string): string {
	return count === 1 ? one : many;
}

/** The text with a full stop, unless it ends in one or in another mark. */
export function sentence(text: string): string {
	const trimmed = text.trim();
	return trimmed === '' || /[.!?…:]$/.test(trimmed) ? trimmed : `${trimmed}.`;
}

/** Sentences one behind the other; empty ones are left out. */
export function sentences(...texts: ReadonlyArray<string | undefined>): string {
	return texts
		.map((text) => sentence(text ?? ''))
		.filter((text) => text !== '')
		.join(' ');
}

/** What happened, with Apple's name for it, which people search for. */
export function withReason(message: string, reason: string | undefined): string {
	return reason === undefined ? message : `${message.trim().replace(/\.$/, '')} (${reason}).`;
}
