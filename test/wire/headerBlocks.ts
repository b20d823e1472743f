/** Header blocks that need no compression state: static indexes and plain literals (RFC 7541 §5, §6). */

/** Statuses with an entry of their own in HPACK's static table (RFC 7541 appendix A). */
const indexedStatuses = new Map([
	[200, 0x88],
	[204, 0x89],
	[206, 0x8a],
	[304, 0x8b],
	[400, 0x8c],
	[404, 0x8d],
	[500, 0x8e],
]);

/** A string without Huffman code (RFC 7541 §5.2). */
export function plainString(text: string): Buffer {
	const bytes = Buffer.from(text, 'latin1');
	if (bytes.length < 127) return Buffer.concat([Buffer.from([bytes.length]), bytes]);
	const length = [127];
	let rest = bytes.length - 127;
	for (; rest >= 128; rest = Math.floor(rest / 128)) length.push((rest % 128) + 128);
	return Buffer.concat([Buffer.from([...length, rest]), bytes]);
}

/** A block of literals; `indexed` ones enter the receiver's table. */
export function literalBlock(
	fields: ReadonlyArray<readonly [name: string, value: string]>,
	{ indexed = false }: { readonly indexed?: boolean } = {},
): Buffer {
	return Buffer.concat(
		fields.flatMap(([name, value]) => [Buffer.from([indexed ? 0x40 : 0]), plainString(name), plainString(value)]),
	);
}

/** A response's header block. */
export function responseBlock(status: number, headers: Readonly<Record<string, string>> = {}): Buffer {
	const indexed = indexedStatuses.get(status);
	const first =
		indexed === undefined
			? // Name from the static table (8 is a `:status`), value as a literal.
				Buffer.concat([Buffer.from([0x08]), plainString(String(status))])
			: Buffer.from([indexed]);
	return Buffer.concat([first, literalBlock(Object.entries(headers))]);
}
