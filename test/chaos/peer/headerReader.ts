/** Reads header blocks of the client: HPACK decoding with tables of its own, quick enough for a million requests (RFC 7541). */
import { huffmanCodes } from '../../wire/referenceHpack';

/** Appendix A, names and values in turn. */
const staticNames = [
	':authority',
	':method',
	':method',
	':path',
	':path',
	':scheme',
	':scheme',
	':status',
	':status',
	':status',
	':status',
	':status',
	':status',
	':status',
	'accept-charset',
	'accept-encoding',
	'accept-language',
	'accept-ranges',
	'accept',
	'access-control-allow-origin',
	'age',
	'allow',
	'authorization',
	'cache-control',
	'content-disposition',
	'content-encoding',
	'content-language',
	'content-length',
	'content-location',
	'content-range',
	'content-type',
	'cookie',
	'date',
	'etag',
	'expect',
	'expires',
	'from',
	'host',
	'if-match',
	'if-modified-since',
	'if-none-match',
	'if-range',
	'if-unmodified-since',
	'last-modified',
	'link',
	'location',
	'max-forwards',
	'proxy-authenticate',
	'proxy-authorization',
	'range',
	'referer',
	'refresh',
	'retry-after',
	'server',
	'set-cookie',
	'strict-transport-security',
	'transfer-encoding',
	'user-agent',
	'vary',
	'via',
	'www-authenticate',
];
const staticValues = [
	'',
	'GET',
	'POST',
	'/',
	'/index.html',
	'http',
	'https',
	'200',
	'204',
	'206',
	'304',
	'400',
	'404',
	'500',
	'',
	'gzip, deflate',
];
const STATIC_ENTRIES = 61;

/** The code tree: two cells for each node; a leaf is -(octet + 1), 0 is nothing. */
const tree: Int16Array = (() => {
	const cells: number[] = [0, 0];
	for (const [code, octet] of huffmanCodes) {
		let at = 0;
		for (let place = 0; place < code.length; place++) {
			const cell = at + (code[place] === '1' ? 1 : 0);
			if (place === code.length - 1) cells[cell] = -(octet + 1);
			else {
				if (cells[cell] === 0) {
					cells[cell] = cells.length;
					cells.push(0, 0);
				}
				at = cells[cell] ?? 0;
			}
		}
	}
	return Int16Array.from(cells);
})();

function huffman(bytes: Buffer, from: number, to: number): string {
	let text = '';
	let at = 0;
	let pending = 0;
	let ones = true;
	for (let index = from; index < to; index++) {
		const octet = bytes[index] ?? 0;
		for (let place = 7; place >= 0; place--) {
			const bit = (octet >> place) & 1;
			const next = tree[at + bit] ?? 0;
			if (next < 0) {
				text += String.fromCharCode(-next - 1);
				at = 0;
				pending = 0;
				ones = true;
			} else if (next === 0) throw new Error('a code that is none');
			else {
				at = next;
				pending += 1;
				if (bit === 0) ones = false;
			}
		}
	}
	if (pending > 7 || !ones) throw new Error('bad padding of a Huffman string');
	return text;
}

export interface HeaderReader {
	/** Reads one block and calls back for each field; throws on any violation. */
	read(block: Buffer, onField: (name: string, value: string) => void): void;
	/** The table size this side announced; the client must say so at the next block when it is smaller than before. */
	allow(tableBytes: number): void;
}

export function createHeaderReader(): HeaderReader {
	const names: string[] = [];
	const values: string[] = [];
	let bytes = 0;
	let limit = 4_096;
	let allowed = 4_096;
	let smallest = 4_096;
	let updateOwed = false;
	let block: Buffer = Buffer.alloc(0);
	let position = 0;

	const evict = (room: number): void => {
		while (names.length > 0 && bytes > room) {
			bytes -= (names.shift() ?? '').length + (values.shift() ?? '').length + 32;
		}
	};
	const add = (name: string, value: string): void => {
		const size = name.length + value.length + 32;
		evict(limit - size);
		if (size > limit) return;
		names.push(name);
		values.push(value);
		bytes += size;
	};
	const octet = (): number => {
		const next = block[position++];
		if (next === undefined) throw new Error('a header block that is cut off');
		return next;
	};
	const integer = (first: number, most: number): number => {
		let value = first & most;
		if (value < most) return value;
		for (let shift = 0; ; shift += 7) {
			const next = octet();
			value += (next & 127) * 2 ** shift;
			if (next < 128) return value;
			if (shift > 21) throw new Error('an integer that is too long');
		}
	};
	const string = (): string => {
		const first = octet();
		const length = integer(first, 127);
		const from = position;
		position += length;
		if (position > block.length) throw new Error('a string that is cut off');
		return first >= 128 ? huffman(block, from, position) : block.toString('latin1', from, position);
	};
	const nameAt = (index: number): string => {
		const found = index <= STATIC_ENTRIES ? staticNames[index - 1] : names[names.length - (index - STATIC_ENTRIES)];
		if (found === undefined) throw new Error(`no header entry ${index}`);
		return found;
	};
	const valueAt = (index: number): string =>
		(index <= STATIC_ENTRIES ? staticValues[index - 1] : values[values.length - (index - STATIC_ENTRIES)]) ?? '';

	return {
		allow(tableBytes) {
			allowed = Math.min(4_096, tableBytes);
			smallest = Math.min(smallest, allowed);
			if (smallest < limit) updateOwed = true;
		},
		read(given, onField) {
			block = given;
			position = 0;
			let fields = 0;
			while (position < block.length) {
				const first = octet();
				if (first >= 128) {
					const index = integer(first, 127);
					if (updateOwed) throw new Error('the table size update is missing');
					fields += 1;
					onField(nameAt(index), valueAt(index));
				} else if (first >= 32 && first < 64) {
					if (fields > 0) throw new Error('a table size update behind a field');
					const wanted = integer(first, 31);
					if (wanted > allowed && wanted > smallest) throw new Error('a table size above the limit');
					if (wanted <= smallest) {
						updateOwed = false;
						smallest = allowed;
					}
					limit = wanted;
					evict(limit);
				} else {
					if (updateOwed) throw new Error('the table size update is missing');
					const enters = first >= 64;
					const index = integer(first, enters ? 63 : 15);
					const name = index === 0 ? string() : nameAt(index);
					const value = string();
					if (enters) add(name, value);
					fields += 1;
					onField(name, value);
				}
			}
		},
	};
}
