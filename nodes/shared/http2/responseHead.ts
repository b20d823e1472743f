/** Heads and trailers of answers: well-formed or not, and what they say (RFC 9113 §8.1, §8.2, §8.3). */
import { isLegalName, isLegalValue } from './fieldRules';
import type { DecodedField } from './hpack/hpack';
import type { ProtocolStream } from './protocolStream';

/** What a header section made of its stream's answer. */
export type HeadProgress =
	/** The final head, kept in the stream; the answer goes on. */
	| 'head'
	/** An answer before the final one (1xx), which says nothing. */
	| 'interim'
	/** END_STREAM. */
	| 'complete'
	| 'malformed';

/** Names a connection remembers as legal: it sees the same few again and again. Bounded, since the peer chooses them. */
const MAX_LEGAL_NAMES = 256;
/** Places of a section whose last field is kept: no answer of APNs has more. */
const MAX_LEGAL_FIELDS = 16;

/** Reads the header sections of one connection. */
export class ResponseHeads {
	private readonly legalNames = new Set<string>();
	/** The last legal field at each place of a section: the decoder gives what a server repeats as the same object. */
	private readonly legalFields: DecodedField[] = [];

	/** Reads the next section of a stream's answer into the stream. */
	read(stream: ProtocolStream<unknown>, fields: readonly DecodedField[], endStream: boolean): HeadProgress {
		// Trailers hold no pseudo-header and end the answer (§8.1).
		if (stream.status !== undefined) return endStream && this.areLegal(fields, 0) ? 'complete' : 'malformed';
		const first = fields[0];
		// `:status` is the only pseudo-header and stands first (§8.3.2); HTTP/2 has no 101 (§8.6).
		if (first?.name !== ':status' || !/^[1-9][0-9]{2}$/.test(first.value) || first.value === '101') return 'malformed';
		if (!this.areLegal(fields, 1)) return 'malformed';
		const contentLength = readContentLength(fields);
		if (contentLength === 'malformed') return 'malformed';
		const status = Number(first.value);
		if (status < 200) return endStream ? 'malformed' : 'interim';
		stream.status = status;
		stream.fields = fields;
		stream.contentLength = contentLength;
		return endStream ? 'complete' : 'head';
	}

	private areLegal(fields: readonly DecodedField[], from: number): boolean {
		for (let index = from; index < fields.length; index++) {
			const field = fields[index];
			if (field !== undefined && field === this.legalFields[index]) continue;
			if (field === undefined || !this.isKnownLegal(field.name) || !isLegalValue(field.value)) return false;
			if (index < MAX_LEGAL_FIELDS) this.legalFields[index] = field;
		}
		return true;
	}

	private isKnownLegal(name: string): boolean {
		if (this.legalNames.has(name)) return true;
		if (!isLegalName(name)) return false;
		if (this.legalNames.size < MAX_LEGAL_NAMES) this.legalNames.add(name);
		return true;
	}
}

/** The length that was announced (§8.1.1); several must agree. */
function readContentLength(fields: readonly DecodedField[]): number | undefined | 'malformed' {
	let length: number | undefined;
	for (const { name, value } of fields) {
		if (name !== 'content-length') continue;
		if (!/^[0-9]{1,15}$/.test(value) || (length !== undefined && length !== Number(value))) return 'malformed';
		length = Number(value);
	}
	return length;
}
