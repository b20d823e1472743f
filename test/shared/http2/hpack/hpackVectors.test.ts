/** Other people's encoders: the decoder reads the recorded stories of go-hpack and nghttp2, table size changes included. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { HpackDecoder } from '../../../../nodes/shared/http2/hpack/hpack';
import { createReferenceDecoder } from '../../../wire/referenceHpack';

interface Story {
	readonly cases: ReadonlyArray<{
		readonly wire: string;
		readonly headers: ReadonlyArray<Readonly<Record<string, string>>>;
		/** SETTINGS_HEADER_TABLE_SIZE acknowledged just before this case. */
		readonly header_table_size?: number;
	}>;
}

const vectors = path.resolve(__dirname, '../../../../../shared/testdata/hpack');
const families = ['go-hpack', 'nghttp2', 'nghttp2-change-table-size'];

if (!existsSync(vectors)) {
	console.warn('HPACK stories are not at ../shared/testdata/hpack: nothing is replayed');
	test('a checkout without recorded stories has none of them', () => {
		for (const family of families) expect(existsSync(path.join(vectors, family))).toBe(false);
	});
} else {
	describe.each(families)('%s', (family) => {
		const stories = readdirSync(path.join(vectors, family)).filter((name) => name.endsWith('.json'));

		test('has stories', () => expect(stories.length).toBeGreaterThan(5));

		test.each(stories)('%s', (name) => {
			const story = JSON.parse(readFileSync(path.join(vectors, family, name), 'utf8')) as Story;
			const maxTableSize = Math.max(4_096, ...story.cases.map((one) => one.header_table_size ?? 0));
			const decoder = new HpackDecoder({ maxTableSize, maxHeaderListBytes: 1_000_000 });
			const reference = createReferenceDecoder(maxTableSize);
			for (const one of story.cases) {
				const block = Buffer.from(one.wire, 'hex');
				const expected = one.headers.flatMap((header) => Object.entries(header));
				const fields = decoder.decode(block);
				expect(fields.map((field) => [field.name, field.value])).toEqual(expected);
				expect(reference.decode(block)).toEqual(expected);
				expect(decoder.tableSize).toBe(reference.tableSize());
			}
		});
	});
}
