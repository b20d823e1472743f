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

const codes = new Uint32Array(EOS + 1);
const lengths = new Uint8Array(EOS + 1);

(function assignCodes(): void {
	LENGTHS.forEach((length, symbol) => (lengths[symbol] = length));
	lengths[EOS] = EOS_LENGTH;
	let code = 0;
	for (let length = 1; length <= EOS_LENGTH; length++) {
		for (let symbol = 0; symbol <= EOS; symbol++) if (lengths[symbol] === length) codes[symbol] = code++;
		code *= 2;
	}
})();

/** Octets that `text` (latin1) takes in Huffman code. */
export function huffmanLength(text: string): number {
	let bits = 0;
	for (let index = 0; index < text.length; index++) bits += lengths[text.charCodeAt(index) & 0xff] ?? 0;
	return (bits + 7) >>> 3;
}

/** Writes `text` (latin1) in Huffman code at `offset`; returns the offset after it. */
export function huffmanEncode(text: string, out: Buffer, offset: number): number {
	let pending = 0;
	let pendingBits = 0;
	for (let index = 0; index < text.length; index++) {
		const symbol = text.charCodeAt(index) & 0xff;
		let length = lengths[symbol] ?? 0;
		let code = codes[symbol] ?? 0;
		if (length > 24) {
			// At most 7 bits wait, so 24 more fit into 31: a longer code goes in two parts.
			pending = (pending << (length - 16)) | (code >>> 16);
			pendingBits += length - 16;
			while (pendingBits >= 8) out[offset++] = pending >>> (pendingBits -= 8);
			pending &= (1 << pendingBits) - 1;
			code &= 0xffff;
			length = 16;
		}
		pending = (pending << length) | code;
		pendingBits += length;
		while (pendingBits >= 8) out[offset++] = pending >>> (pendingBits -= 8);
		pending &= (1 << pendingBits) - 1;
	}
	if (pendingBits > 0) out[offset++] = (pending << (8 - pendingBits)) | ((1 << (8 - pendingBits)) - 1);
	return offset;
}

// The decoder reads four bits at a time. No code is shorter than five, so a step completes one symbol at most.
const EMITS = 0x10000;
const FAILS = 0x20000;
/** For each state (an inner node of the code's tree) and nibble: next state, and bits 8 to 15 the symbol it completes. */
const steps = new Int32Array(256 * 16);
/** States in which a string may end: fewer than eight one bits since the last symbol (§5.2). */
const mayEnd = new Uint8Array(256);
/** Bits 18 and up of a step hold the next state. */
const STATE_SHIFT = 18;

(function buildSteps(): void {
	const children: Array<[number, number]> = [[-1, -1]];
	// A child is -1 (none), an inner node, or a symbol as 1000 + symbol.
	for (let symbol = 0; symbol <= EOS; symbol++) {
		const length = lengths[symbol] ?? 0;
		const code = codes[symbol] ?? 0;
		let node = 0;
		for (let bit = length - 1; bit >= 0; bit--) {
			const side = (code >>> bit) & 1;
			const pair = children[node] ?? [-1, -1];
			if (bit === 0) {
				pair[side] = 1_000 + symbol;
				break;
			}
			let next = pair[side] ?? -1;
			if (next === -1) {
				next = children.push([-1, -1]) - 1;
				pair[side] = next;
			}
			node = next;
		}
	}
	for (let state = 0; state < children.length; state++) {
		for (let nibble = 0; nibble < 16; nibble++) {
			let node = state;
			let step = 0;
			for (let bit = 3; bit >= 0; bit--) {
				const next = children[node]?.[(nibble >>> bit) & 1] ?? -1;
				if (next === 1_000 + EOS) {
					step |= FAILS;
					break;
				}
				if (next >= 1_000) {
					step |= EMITS | ((next - 1_000) << 8);
					node = 0;
				} else {
					node = next;
				}
			}
			steps[state * 16 + nibble] = step | (node << STATE_SHIFT);
		}
	}
	for (let node = 0, ones = 0; ones < 8; ones++) {
		mayEnd[node] = 1;
		node = children[node]?.[1] ?? -1;
	}
})();

/**
 * Decodes `source[start, end)` into `out`, which has room for 8/5 of it. Returns the number of octets, or -1 when the
 * code is broken: EOS inside, more than seven bits of padding, or padding that is not all ones.
 */
export function huffmanDecode(source: Buffer, start: number, end: number, out: Buffer): number {
	let state = 0;
	let length = 0;
	for (let index = start; index < end; index++) {
		const octet = source[index] ?? 0;
		let step = steps[state * 16 + (octet >>> 4)] ?? FAILS;
		if ((step & FAILS) !== 0) return -1;
		if ((step & EMITS) !== 0) out[length++] = (step >>> 8) & 0xff;
		step = steps[(step >>> STATE_SHIFT) * 16 + (octet & 15)] ?? FAILS;
		if ((step & FAILS) !== 0) return -1;
		if ((step & EMITS) !== 0) out[length++] = (step >>> 8) & 0xff;
		state = step >>> STATE_SHIFT;
	}
	return mayEnd[state] === 1 ? length : -1;
}
