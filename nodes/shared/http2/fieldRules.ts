/** Which names and values a header field may have (RFC 9113 §8.2): for what arrives, and more strictly for what is sent. */
import type { FieldRules } from './hpack/hpack';

/** Fields that belong to HTTP/1.1 connections (§8.2.2). */
const connectionSpecific = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

/** §8.2.1: no control characters, no blank, no colon, no upper case, nothing from 0x7f up. */
const RECEIVED_NAME = /^[!-9;-@[-~]+$/;
/** §8.2.1: no zero octet, no line breaks. */
const isIllegalInValue = (octet: number): boolean => octet === 0 || octet === 0x0a || octet === 0x0d;

/** Whether an answer may hold a field of this name; pseudo-headers are another matter. */
export function isLegalName(name: string): boolean {
	return RECEIVED_NAME.test(name) && !connectionSpecific.has(name);
}

/** Whether an answer may hold this value. */
export function isLegalValue(value: string): boolean {
	// A loop: for texts this short, starting a regular expression costs more than reading them.
	for (let index = 0; index < value.length; index++) if (isIllegalInValue(value.charCodeAt(index))) return false;
	return true;
}

/** A token in lower case (RFC 9110 §5.6.2), with the colon of a pseudo-header or without. */
const SENT_NAME = /^:?[a-z0-9!#$%&'*+.^_`|~-]+$/;
/** RFC 9110 §5.5: one octet a character, no control characters but the tab. */
const UNSENDABLE_CHARACTER = /[^\t\x20-\x7e\x80-\xff]/;

/** Asked first: nearly every value is. */
function isPrintableAscii(text: string): boolean {
	for (let index = 0; index < text.length; index++) {
		const octet = text.charCodeAt(index);
		if (octet < 0x20 || octet > 0x7e) return false;
	}
	return true;
}

/** Starts with a slash and has no blank, control character or anything beyond ASCII (RFC 9113 §8.3.1, RFC 3986 §2). */
function isPath(text: string): boolean {
	for (let index = 0; index < text.length; index++) {
		const octet = text.charCodeAt(index);
		if (octet <= 0x20 || octet > 0x7e) return false;
	}
	return text.charCodeAt(0) === 0x2f;
}

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
		if (name === ':path')
			return isPath(value) ? undefined : 'the path does not begin with a slash, or holds a character no URI may';
		if (!isPrintableAscii(value) && UNSENDABLE_CHARACTER.test(value)) {
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
