/** The little of ASN.1 DER that certificates need, written and read by hand (ITU-T X.690). */

export const tags = {
	boolean: 0x01,
	integer: 0x02,
	bitString: 0x03,
	octetString: 0x04,
	null: 0x05,
	objectIdentifier: 0x06,
	utf8String: 0x0c,
	printableString: 0x13,
	utcTime: 0x17,
	generalizedTime: 0x18,
	sequence: 0x30,
	set: 0x31,
} as const;

/** One value: tag, definite length, content. */
export function encode(tag: number, ...contents: readonly Buffer[]): Buffer {
	const content = Buffer.concat(contents);
	const size = content.length;
	const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
	return Buffer.concat([Buffer.from([tag, ...length]), content]);
}

export const sequence = (...parts: readonly Buffer[]): Buffer => encode(tags.sequence, ...parts);
export const set = (...parts: readonly Buffer[]): Buffer => encode(tags.set, ...parts);
export const utf8 = (text: string): Buffer => encode(tags.utf8String, Buffer.from(text));
export const nothing = (): Buffer => encode(tags.null);
export const octets = (content: Buffer): Buffer => encode(tags.octetString, content);
export const bits = (content: Buffer, unused = 0): Buffer => encode(tags.bitString, Buffer.from([unused]), content);
export const yes = (): Buffer => encode(tags.boolean, Buffer.from([0xff]));
/** `[n] EXPLICIT`. */
export const explicit = (n: number, content: Buffer): Buffer => encode(0xa0 | n, content);
/** `[n] IMPLICIT` of a primitive type. */
export const implicit = (n: number, content: Buffer): Buffer => encode(0x80 | n, content);

/** A non-negative integer given as big-endian bytes. */
export function integer(bytes: Buffer): Buffer {
	const padded =
		((bytes[0] ?? 0) & 0x80) !== 0 || bytes.length === 0 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
	return encode(tags.integer, padded);
}

export function objectIdentifier(dotted: string): Buffer {
	const arcs = dotted.split('.').map(Number);
	const [first = 0, second = 0, ...others] = arcs;
	const bytes = [first * 40 + second];
	for (const arc of others) {
		const groups = [arc & 0x7f];
		for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
			groups.unshift((left & 0x7f) | 0x80);
		bytes.push(...groups);
	}
	return encode(tags.objectIdentifier, Buffer.from(bytes));
}

/** UTCTime until 2049, GeneralizedTime from 2050 (RFC 5280 §4.1.2.5). */
export function time(ms: number): Buffer {
	const digits = new Date(ms).toISOString().replace(/[-:T]/g, '').slice(0, 14);
	return Number(digits.slice(0, 4)) < 2050
		? encode(tags.utcTime, Buffer.from(`${digits.slice(2)}Z`))
		: encode(tags.generalizedTime, Buffer.from(`${digits}Z`));
}

export interface DerValue {
	readonly tag: number;
	readonly content: Buffer;
}

/** Splits bytes into the DER values that stand one after another; throws when they are cut short. */
export function decodeAll(bytes: Buffer): DerValue[] {
	const values: DerValue[] = [];
	for (let at = 0; at < bytes.length;) {
		const tag = bytes.readUInt8(at);
		const first = bytes.readUInt8(at + 1);
		const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
		const size = lengthBytes === 0 ? first : bytes.readUIntBE(at + 2, lengthBytes);
		const start = at + 2 + lengthBytes;
		if (start + size > bytes.length) throw new RangeError('A DER value is longer than the bytes that hold it.');
		values.push({ tag, content: bytes.subarray(start, start + size) });
		at = start + size;
	}
	return values;
}

/** Dotted form of an OBJECT IDENTIFIER's content. */
export function decodeObjectIdentifier(content: Buffer): string {
	const arcs: number[] = [];
	let value = 0;
	for (const byte of content) {
		value = value * 128 + (byte & 0x7f);
		if ((byte & 0x80) === 0) {
			arcs.push(value);
			value = 0;
		}
	}
	const [head = 0, ...others] = arcs;
	const first = Math.min(2, Math.floor(head / 40));
	return [first, head - first * 40, ...others].join('.');
}
