/** Other people's encoders: the decoder reads what Python's hpack, go-hpack and nghttp2 wrote, table size changes included. */
import { HpackDecoder } from '../../../../nodes/shared/http2/hpack/hpack';
import { stories } from '../../../vectors/vectors';
import { createReferenceDecoder } from '../../../wire/referenceHpack';

test('there are stories of four encoders', () => expect(stories.length).toBe(5 + 3 * 6));

test.each(stories)('$description', ({ cases }) => {
	expect(cases.length).toBeGreaterThan(0);
	const maxTableSize = Math.max(4_096, ...cases.map((one) => one.header_table_size ?? 0));
	const decoder = new HpackDecoder({ maxTableSize, maxHeaderListBytes: 1_000_000 });
	const reference = createReferenceDecoder(maxTableSize);
	for (const { wire, headers } of cases) {
		const block = Buffer.from(wire, 'hex');
		expect(decoder.decode(block).map(({ name, value }) => [name, value])).toEqual(headers);
		expect(reference.decode(block)).toEqual(headers);
		expect(decoder.tableSize).toBe(reference.tableSize());
	}
});
