/** The examples of RFC 7541 Appendix C: decoded as printed, and encoded alike where the choices are the same. */
import { HpackDecoder, HpackEncoder } from '../../../../nodes/shared/http2/hpack/hpack';
import { decodePairs, encodeBlock, field, hex } from './hpackBlocks';

interface Step {
	readonly section: string;
	readonly wire: string;
	readonly fields: ReadonlyArray<readonly [string, string]>;
	/** Octets in the dynamic table afterwards. */
	readonly table: number;
}

const single: readonly Step[] = [
	{
		section: 'C.2.1',
		wire: '400a 6375 7374 6f6d 2d6b 6579 0d63 7573 746f 6d2d 6865 6164 6572',
		fields: [['custom-key', 'custom-header']],
		table: 55,
	},
	{ section: 'C.2.2', wire: '040c 2f73 616d 706c 652f 7061 7468', fields: [[':path', '/sample/path']], table: 0 },
	{ section: 'C.2.3', wire: '1008 7061 7373 776f 7264 0673 6563 7265 74', fields: [['password', 'secret']], table: 0 },
	{ section: 'C.2.4', wire: '82', fields: [[':method', 'GET']], table: 0 },
];

const firstRequest = [
	[':method', 'GET'],
	[':scheme', 'http'],
	[':path', '/'],
	[':authority', 'www.example.com'],
] as const;
const secondRequest = [...firstRequest, ['cache-control', 'no-cache']] as const;
const thirdRequest = [
	[':method', 'GET'],
	[':scheme', 'https'],
	[':path', '/index.html'],
	[':authority', 'www.example.com'],
	['custom-key', 'custom-value'],
] as const;

const requests: readonly Step[] = [
	{ section: 'C.3.1', wire: '8286 8441 0f77 7777 2e65 7861 6d70 6c65 2e63 6f6d', fields: firstRequest, table: 57 },
	{ section: 'C.3.2', wire: '8286 84be 5808 6e6f 2d63 6163 6865', fields: secondRequest, table: 110 },
	{
		section: 'C.3.3',
		wire: '8287 85bf 400a 6375 7374 6f6d 2d6b 6579 0c63 7573 746f 6d2d 7661 6c75 65',
		fields: thirdRequest,
		table: 164,
	},
];

const codedRequests: readonly Step[] = [
	{ section: 'C.4.1', wire: '8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff', fields: firstRequest, table: 57 },
	{ section: 'C.4.2', wire: '8286 84be 5886 a8eb 1064 9cbf', fields: secondRequest, table: 110 },
	{
		section: 'C.4.3',
		wire: '8287 85bf 4088 25a8 49e9 5ba9 7d7f 8925 a849 e95b b8e8 b4bf',
		fields: thirdRequest,
		table: 164,
	},
];

const response = (status: string, second: string): Array<[string, string]> => [
	[':status', status],
	['cache-control', 'private'],
	['date', `Mon, 21 Oct 2013 20:13:${second} GMT`],
	['location', 'https://www.example.com'],
];
const lastResponse: Array<[string, string]> = [
	...response('200', '22'),
	['content-encoding', 'gzip'],
	['set-cookie', 'foo=ASDJKHQKBZXOQWEOPIUAXQWEOIU; max-age=3600; version=1'],
];

const responses: readonly Step[] = [
	{
		section: 'C.5.1',
		wire: `4803 3330 3258 0770 7269 7661 7465 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3120 474d
			546e 1768 7474 7073 3a2f 2f77 7777 2e65 7861 6d70 6c65 2e63 6f6d`,
		fields: response('302', '21'),
		table: 222,
	},
	{ section: 'C.5.2', wire: '4803 3330 37c1 c0bf', fields: response('307', '21'), table: 222 },
	{
		section: 'C.5.3',
		wire: `88c1 611d 4d6f 6e2c 2032 3120 4f63 7420 3230 3133 2032 303a 3133 3a32 3220 474d 54c0 5a04 677a 6970 7738 666f
			6f3d 4153 444a 4b48 514b 425a 584f 5157 454f 5049 5541 5851 5745 4f49 553b 206d 6178 2d61 6765 3d33 3630 303b
			2076 6572 7369 6f6e 3d31`,
		fields: lastResponse,
		table: 215,
	},
];

const codedResponses: readonly Step[] = [
	{
		section: 'C.6.1',
		wire: `4882 6402 5885 aec3 771a 4b61 96d0 7abe 9410 54d4 44a8 2005 9504 0b81 66e0 82a6 2d1b ff6e 919d 29ad 1718 63c7
			8f0b 97c8 e9ae 82ae 43d3`,
		fields: response('302', '21'),
		table: 222,
	},
	{ section: 'C.6.2', wire: '4883 640e ffc1 c0bf', fields: response('307', '21'), table: 222 },
	{
		section: 'C.6.3',
		wire: `88c1 6196 d07a be94 1054 d444 a820 0595 040b 8166 e084 a62d 1bff c05a 839b d9ab 77ad 94e7 821d d7f2 e6c7 b335
			dfdf cd5b 3960 d5af 2708 7f36 72c1 ab27 0fb5 291f 9587 3160 65c0 03ed 4ee5 b106 3d50 07`,
		fields: lastResponse,
		table: 215,
	},
];

/** Begins a table of 256 octets, as sections C.5 and C.6 have it. */
const UPDATE_TO_256 = '3fe101';

describe('decoding', () => {
	test.each(single)('$section', ({ wire, fields, table }) => {
		const decoder = new HpackDecoder({ maxTableSize: 4_096, maxHeaderListBytes: 4_096 });
		expect(decodePairs(decoder, hex(wire))).toEqual(fields);
		expect(decoder.tableSize).toBe(table);
	});

	test.each([
		['requests', requests, 4_096],
		['requests in Huffman code', codedRequests, 4_096],
		['responses in a table of 256 octets', responses, 256],
		['responses in Huffman code in a table of 256 octets', codedResponses, 256],
	])('%s', (_, steps, maxTableSize) => {
		const decoder = new HpackDecoder({ maxTableSize, maxHeaderListBytes: 4_096 });
		if (maxTableSize === 256) expect(decodePairs(decoder, hex(UPDATE_TO_256))).toEqual([]);
		for (const { wire, fields, table } of steps) {
			expect(decodePairs(decoder, hex(wire))).toEqual(fields);
			expect(decoder.tableSize).toBe(table);
		}
	});
});

describe('encoding', () => {
	test('requests come out as in C.4, octet for octet', () => {
		const encoder = new HpackEncoder();
		for (const { wire, fields, table } of codedRequests) {
			expect(
				encodeBlock(
					encoder,
					fields.map(([name, value]) => field(name, value)),
				).toString('hex'),
			).toBe(hex(wire).toString('hex'));
			expect(encoder.tableSize).toBe(table);
		}
	});

	test('responses come out as in C.6, but for one string that Huffman code does not shorten', () => {
		const encoder = new HpackEncoder(256);
		codedResponses.forEach(({ wire, fields, table }, step) => {
			const printed = wire.replace('4883 640e ff', '4803 3330 37');
			const expected = hex(step === 0 ? UPDATE_TO_256 + printed : printed);
			expect(
				encodeBlock(
					encoder,
					fields.map(([name, value]) => field(name, value)),
				).toString('hex'),
			).toBe(expected.toString('hex'));
			expect(encoder.tableSize).toBe(table);
		});
	});
});
