/** Whether a decoded header list is a well-formed response head or trailer section (RFC 9113 §8.1.1, §8.2, §8.3). */
import type { DecodedField } from './hpack/hpack';

export type ResponseHead =
	| { readonly kind: 'final' | 'informational'; readonly status: number; readonly contentLength: number | undefined }
	| { readonly kind: 'malformed'; readonly problem: string };

/** Fields that belong to HTTP/1.1 connections (RFC 9113 §8.2.2). */
const connectionSpecific = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding', 'upgrade']);

const malformed = (problem: string): ResponseHead => ({ kind: 'malformed', problem });

function nameProblem(name: string): string | undefined {
	if (name.length === 0) return 'an empty field name';
	for (let index = 0; index < name.length; index++) {
		const code = name.charCodeAt(index);
		// RFC 9113 §8.2.1: no control characters, no blank, no upper case, nothing from 0x7f up; a colon only in front.
		if (code <= 0x20 || code >= 0x7f || (code >= 0x41 && code <= 0x5a) || (code === 0x3a && index > 0)) {
			return 'an illegal field name';
		}
	}
	return connectionSpecific.has(name) ? `the connection-specific field ${name}` : undefined;
}

/** RFC 9113 §8.2.1: no zero octet, no line breaks. */
const ILLEGAL_VALUE = /[\0\r\n]/;

/** Names a connection remembers as good: it sees the same few again and again. Bounded, since the peer chooses them. */
const MAX_GOOD_NAMES = 256;

/** Checks the header lists of one connection. */
export class ResponseHeadReader {
	private readonly goodNames = new Set<string>();

	/** Reads the head of a response; `:status` must be its only pseudo-header and stand first. */
	head(fields: readonly DecodedField[]): ResponseHead {
		let status: number | undefined;
		let contentLength: number | undefined;
		for (let index = 0; index < fields.length; index++) {
			const field = fields[index];
			if (field === undefined) break;
			if (field.name === ':status') {
				if (index !== 0) return malformed(status === undefined ? ':status after other fields' : ':status twice');
				if (!/^[1-9][0-9]{2}$/.test(field.value)) return malformed('a :status that is not three digits');
				status = Number(field.value);
				continue;
			}
			const problem =
				this.fieldProblem(field) ?? (field.name.startsWith(':') ? `the pseudo-header ${field.name}` : undefined);
			if (problem !== undefined) return malformed(problem);
			if (field.name === 'content-length') {
				const length = /^[0-9]{1,15}$/.test(field.value) ? Number(field.value) : undefined;
				if (length === undefined || (contentLength !== undefined && contentLength !== length))
					return malformed('a bad content-length');
				contentLength = length;
			}
		}
		if (status === undefined) return malformed('no :status');
		if (status === 101) return malformed('status 101, which HTTP/2 does not have');
		return { kind: status < 200 ? 'informational' : 'final', status, contentLength };
	}

	/** The problem of a trailer section, which may hold no pseudo-header (RFC 9113 §8.1). */
	trailerProblem(fields: readonly DecodedField[]): string | undefined {
		for (const field of fields) {
			if (field.name.startsWith(':')) return `the pseudo-header ${field.name} in trailers`;
			const problem = this.fieldProblem(field);
			if (problem !== undefined) return problem;
		}
		return undefined;
	}

	private fieldProblem({ name, value }: DecodedField): string | undefined {
		if (!this.goodNames.has(name)) {
			const problem = nameProblem(name);
			if (problem !== undefined) return problem;
			if (this.goodNames.size < MAX_GOOD_NAMES) this.goodNames.add(name);
		}
		return ILLEGAL_VALUE.test(value) ? `an illegal value of ${name}` : undefined;
	}
}
