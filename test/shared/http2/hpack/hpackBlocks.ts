/** Header lists and blocks for the HPACK tests. */
import type { HeaderField, HpackDecoder, HpackEncoder, Indexing } from '../../../../nodes/shared/http2/hpack/hpack';

/** One block in a buffer of its own, written at an odd offset into exactly the room that was promised to suffice. */
export function encodeBlock(encoder: HpackEncoder, fields: readonly HeaderField[]): Buffer {
	const offset = 9;
	const room = encoder.bound(fields);
	const out = Buffer.alloc(offset + room + 8, 0xa5);
	const end = encoder.encode(fields, out, offset);
	if (end > offset + room) throw new Error(`a block of ${end - offset} octets where ${room} were the bound`);
	if (
		!out.subarray(0, offset).equals(Buffer.alloc(offset, 0xa5)) ||
		!out.subarray(end).equals(Buffer.alloc(out.length - end, 0xa5))
	) {
		throw new Error('the encoder wrote outside its block');
	}
	return out.subarray(offset, end);
}

export function field(name: string, value: string, indexing: Indexing = 'always'): HeaderField {
	return { name, value, indexing };
}

/** Decoded fields as pairs, ready to compare. */
export function decodePairs(decoder: HpackDecoder, block: Buffer): Array<[string, string]> {
	return decoder.decode(block).map(({ name, value }) => [name, value]);
}

export function pairs(fields: readonly HeaderField[]): Array<[string, string]> {
	return fields.map(({ name, value }) => [name, value]);
}

export function hex(text: string): Buffer {
	return Buffer.from(text.replace(/\s/g, ''), 'hex');
}

/** The list of a push as a provider sends it: seven fields that stay and one path. */
export function pushList(token: string, authorization = `bearer ${'eyJhbGciOiJFUzI1NiJ9'.repeat(10)}`): HeaderField[] {
	return [
		field(':method', 'POST'),
		field(':scheme', 'https'),
		field(':path', `/3/device/${token}`, 'never-in-table'),
		field(':authority', 'api.push.apple.com'),
		field('authorization', authorization),
		field('apns-topic', 'com.example.app'),
		field('apns-push-type', 'alert'),
		field('apns-priority', '10'),
	];
}
