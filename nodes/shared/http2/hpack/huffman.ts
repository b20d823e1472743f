/** The Huffman code of RFC 7541 §5.2 and Appendix B, both ways. */

/**
 * Code length of each octet, Appendix B. The code is canonical: within one length, codes rise with the octet, so the
 * lengths say it all.
 */
// prettier-ignore
const LENGTHS: readonly number[] = [
	13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28,
	28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 28,
	6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6,
	5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15, 6, 12, 10,
	13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7,
	7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
	15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5,
	6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28,
	20, 22, 20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23,
	24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23, 23, 24,
	22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23,
	21, 21, 22, 21, 23, 22, 23, 23, 20, 22, 22, 22, 23, 22, 22, 23,
	26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25,
	19, 21, 26, 27, 27, 26, 27, 24, 21, 21, 26, 26, 28, 27, 27, 27,
	20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23,
	26, 27, 26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26,
];

/** End-of-string: 30 one bits, never sent; padding is its beginning (§5.2). */
const EOS = 256;
const EOS_LENGTH = 30;

/** Code of each octet, in its lowest bits; the last one is EOS. */
const codes: readonly number[] = (() => {
	const assigned: number[] = [];
	const all = [...LENGTHS, EOS_LENGTH];
	let code = 0;
	for (let length = 1; length <= EOS_LENGTH; length++) {
		all.forEach((own, symbol) => {
			if (own === length) assigned[symbol] = code++;
		});
		code *= 2;
	}
	return assigned;
})();

/** Code and length of each octet in one number, `code * 32 + length`: codes beyond 27 bits do not fit and are 0. */
const packedCodes = new Int32Array(256);
LENGTHS.forEach((length, symbol) => {
	if (length <= 27) packedCodes[symbol] = ((codes[symbol] ?? 0) << 5) | length;
});

/** The error of both encodings: cut to an octet, such a character could become a line break. */
export function notLatin1(): RangeError {
	return new RangeError('a character outside latin1, which no octet can carry');
}

/** Octets that `text` (latin1) takes in Huffman code. */
export function huffmanLength(text: string): number {
	let bits = 0;
	for (let index = 0; index < text.length; index++) bits += LENGTHS[text.charCodeAt(index) & 0xff] ?? 0;
	return Math.ceil(bits / 8);
}

/**
 * Writes `text` (latin1) in Huffman code at `offset`, unless that takes more than `most` octets, and never beyond them.
 * Returns the offset after it, or -1 when there was no room. Throws `RangeError` when a character is not latin1.
 */
export function huffmanEncode(text: string, out: Buffer, offset: number, most: number): number {
	const limit = offset + most;
	// The low `32 - room` bits of `word` wait; what stands above them is shifted out before it is written.
	let word = 0;
	let room = 32;
	let at = offset;
	let seen = 0;
	for (let index = 0; index < text.length; index++) {
		const character = text.charCodeAt(index);
		const symbol = character & 0xff;
		seen |= character;
		const packed = packedCodes[symbol] ?? 0;
		let code = packed >>> 5;
		let length = packed & 31;
		if (length === 0) {
			code = codes[symbol] ?? 0;
			length = LENGTHS[symbol] ?? 0;
		}
		if (length < room) {
			word = (word << length) | code;
			room -= length;
			continue;
		}
		if (at + 4 > limit) return -1;
		const left = length - room;
		const full = (word << room) | (code >>> left);
		out[at] = full >>> 24;
		out[at + 1] = full >>> 16;
		out[at + 2] = full >>> 8;
		out[at + 3] = full;
		at += 4;
		word = code;
		room = 32 - left;
	}
	if (seen > 0xff) throw notLatin1();
	let waiting = 32 - room;
	if (at + ((waiting + 7) >>> 3) > limit) return -1;
	// The last octet is filled up with ones (§5.2).
	word = (word << room) | (0xffffffff >>> waiting);
	for (; waiting > 0; waiting -= 8) {
		out[at++] = word >>> 24;
		word <<= 8;
	}
	return at;
}

// The decoder reads four bits at a time. No code is shorter than five, so a step completes one symbol at most.
// A step holds: the symbol in bits 8 to 15, whether it is complete, whether the code is broken, the next state above.
const EMITS = 0x10000;
const FAILS = 0x20000;
const STATE_SHIFT = 18;
/** By state, an inner node of the code's tree, and nibble. */
const steps = new Int32Array(256 * 16);
/** States in which a string may end: fewer than eight one bits since the last symbol (§5.2). */
const mayEnd = new Uint8Array(256);

/** An inner node of the code's tree: what a zero and a one lead to, another node or a symbol. */
interface Branch {
	readonly state: number;
	readonly sides: Array<Branch | number>;
}

const branches: Branch[] = [];
const newBranch = (): Branch => {
	const branch: Branch = { state: branches.length, sides: [] };
	branches.push(branch);
	return branch;
};
const root = newBranch();

codes.forEach((code, symbol) => {
	let branch = root;
	for (let bit = (LENGTHS[symbol] ?? EOS_LENGTH) - 1; bit > 0; bit--) {
		const side = (code >>> bit) & 1;
		const known = branch.sides[side];
		const next = known === undefined || typeof known === 'number' ? newBranch() : known;
		branch.sides[side] = next;
		branch = next;
	}
	branch.sides[code & 1] = symbol;
});

/** The step from `branch` over the four bits of `nibble`. */
function stepOver(branch: Branch, nibble: number): number {
	let at = branch;
	let emitted = 0;
	for (let bit = 3; bit >= 0; bit--) {
		const next = at.sides[(nibble >>> bit) & 1];
		if (next === undefined || next === EOS) return FAILS;
		if (typeof next === 'number') emitted = EMITS | (next << 8);
		at = typeof next === 'number' ? root : next;
	}
	return emitted | (at.state << STATE_SHIFT);
}

for (const branch of branches) {
	for (let nibble = 0; nibble < 16; nibble++) steps[branch.state * 16 + nibble] = stepOver(branch, nibble);
}
for (let branch: Branch | number | undefined = root, ones = 0; typeof branch === 'object' && ones < 8; ones++) {
	mayEnd[branch.state] = 1;
	branch = branch.sides[1];
}

/** Octets of room that decoding `coded` octets needs: five bits are the shortest code, and one place is written in advance. */
export function huffmanRoom(coded: number): number {
	return Math.floor((coded * 8) / 5) + 1;
}

/**
 * Decodes `source[start, end)` into `out`, which has `huffmanRoom` octets. Returns the number of octets, or -1 when the
 * code is broken: EOS inside, more than seven bits of padding, or padding that is not all ones.
 */
export function huffmanDecode(source: Buffer, start: number, end: number, out: Buffer): number {
	let step = 0;
	let failed = 0;
	let length = 0;
	// No branches: whether a nibble completes a symbol is as good as random. What it does not complete is overwritten.
	for (let index = start; index < end; index++) {
		const octet = source[index] ?? 0;
		step = steps[(step >>> STATE_SHIFT) * 16 + (octet >>> 4)] ?? 0;
		failed |= step;
		out[length] = step >>> 8;
		length += (step >>> 16) & 1;
		step = steps[(step >>> STATE_SHIFT) * 16 + (octet & 15)] ?? 0;
		failed |= step;
		out[length] = step >>> 8;
		length += (step >>> 16) & 1;
	}
	return (failed & FAILS) === 0 && mayEnd[step >>> STATE_SHIFT] === 1 ? length : -1;
}
