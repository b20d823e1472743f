/** Which names and values a header field may have (RFC 9113 §8.2): for what arrives, and more strictly for what is sent. */
import type { FieldRules } from './hpack/hpack';

/** Fields that belong to HTTP/1.1 connections (§8.2.2). */
const connectionSpecific = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** §8.2.1: no control characters, no blank, no colon, no upper case, nothing from 0x7f up. */
const RECEIVED_NAME = /^[!-9;-@[-~]+$/;
/** §8.2.1: no zero octet, no line breaks. */
const ILLEGAL_VALUE = /[\0\r\n]/;

/** Whether an answer may hold a field of this name; pseudo-headers are another matter. */
export function isLegalName(name: string): boolean {
	return RECEIVED_NAME.test(name) && !connectionSpecific.has(name);
}

/** Whether an answer may hold this value. */
export function isLegalValue(value: string): boolean {
	return !ILLEGAL_VALUE.test(value);
}

/** A token in lower case (RFC 9110 §5.6.2), with the colon of a pseudo-header or without. */
const SENT_NAME = /^:?[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** Looked for first: nearly no value has one, and a single range is found in half the time. */
const OUTSIDE_ASCII = /[^\x20-\x7e]/;
/** RFC 9110 §5.5: one octet a character, no control characters but the tab. */
const UNSENDABLE_CHARACTER = /[^\t\x20-\x7e\x80-\xff]/;

const isBlank = (octet: number): boolean => octet === 0x20 || octet === 0x09;

/**
 * What a request may hold: a peer must treat anything else as malformed, or might read a second field out of it. Problems
 * are told without the value, which may be a secret.
 */
export const requestRules: FieldRules = {
	nameProblem(name) {
		if (connectionSpecific.has(name)) return `the header ${name} does not exist in HTTP/2`;
		return SENT_NAME.test(name)
			? undefined
			: 'the name of a header is not in lower case, or holds a character no name may';
	},
	valueProblem(name, value) {
		if (OUTSIDE_ASCII.test(value) && UNSENDABLE_CHARACTER.test(value)) {
			return `the header ${name} holds a line break, a control character or a character outside latin1`;
		}
		// RFC 9113 §8.2.1; NaN, for an empty value, is no blank.
		const blank = isBlank(value.charCodeAt(0)) || isBlank(value.charCodeAt(value.length - 1));
		return blank ? `the header ${name} begins or ends with a blank` : undefined;
	},
};

/** The first problem of a header list; undefined when it may be sent. */
export function requestProblem(
	fields: ReadonlyArray<{ readonly name: string; readonly value: string }>,
): string | undefined {
	for (const { name, value } of fields) {
		const problem = requestRules.nameProblem(name) ?? requestRules.valueProblem(name, value);
		if (problem !== undefined) return problem;
	}
	return undefined;
}
