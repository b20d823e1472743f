/** Random conversations of a server: however the bytes are cut the events are the same, and broken ones end cleanly. */
import fc from 'fast-check';
import { ClientProtocol, type ProtocolStream } from '../../nodes/shared/http2/clientProtocol';
import {
	block,
	data,
	frame,
	goaway,
	headers,
	ping,
	pushFields,
	rst,
	settings,
	settingsAck,
	T,
	windowUpdate,
} from '../shared/http2/supportPeer';
import type { FuzzOptions } from './hpack';

const STREAMS = 6;
const id = fc.constantFrom(0, 1, 3, 5, 7, 9, 11, 13, 2);
const text = fc.oneof(
	fc.constantFrom('', 'x', '{"reason":"Unregistered"}'),
	fc.nat(300).map((length) => 'y'.repeat(length)),
);
const status = fc.constantFrom('200', '100', '400', '410', '503', 'x');
const flags = fc.constantFrom(0, 1, 4, 5, 8, 9, 12, 13, 32, 45, 255);

/** A frame as a server may send it, in order or out of it. */
const serverFrame: fc.Arbitrary<Buffer> = fc.oneof(
	{
		weight: 6,
		arbitrary: fc
			.tuple(id, status, fc.constantFrom(0, 1))
			.map(([stream, code, end]) => headers(stream, [[':status', code]], end)),
	},
	{
		weight: 4,
		arbitrary: fc.tuple(id, text, fc.constantFrom(0, 1)).map(([stream, body, end]) => data(stream, body, end)),
	},
	{ weight: 2, arbitrary: fc.tuple(id, fc.nat(14)).map(([stream, code]) => rst(stream, code)) },
	{
		weight: 2,
		arbitrary: fc
			.tuple(id, fc.constantFrom(0, 1, 100, 65_535, 0x7fffffff))
			.map(([stream, octets]) => windowUpdate(stream, octets)),
	},
	{
		weight: 2,
		arbitrary: fc
			.array(
				fc.tuple(fc.constantFrom(1, 2, 3, 4, 5, 6, 99), fc.constantFrom(0, 1, 100, 4_096, 16_384, 65_535, 0x7fffffff)),
				{ maxLength: 4 },
			)
			.map((pairs) => settings(...pairs)),
	},
	{ weight: 1, arbitrary: fc.constant(settingsAck) },
	{ weight: 1, arbitrary: fc.constantFrom(0, 1).map((ack) => ping('8 octets', ack)) },
	{
		weight: 1,
		arbitrary: fc
			.tuple(fc.constantFrom(0, 1, 3, 0x7fffffff), fc.nat(13), text)
			.map(([last, code, debug]) => goaway(last, code, debug)),
	},
	{
		weight: 1,
		arbitrary: fc
			.tuple(id, fc.constantFrom(0, 4))
			.map(([stream, end]) => frame(T.continuation, end, stream, block([['a', 'b']]))),
	},
	{
		weight: 1,
		arbitrary: fc
			.tuple(fc.nat(20), flags, id, fc.uint8Array({ maxLength: 40 }))
			.map(([type, flag, stream, bytes]) => frame(type, flag, stream, Buffer.from(bytes))),
	},
);

interface Told {
	readonly events: string[];
	readonly written: string;
}

/** What a client with open requests is told, and what it writes, when these bytes arrive in these pieces. */
function converse(bytes: Buffer, cuts: readonly number[]): Told {
	const events: string[] = [];
	const ended = new Set<string>();
	const client = new ClientProtocol<string>({
		onSettings: (peer) => events.push(`settings ${JSON.stringify(peer)}`),
		onStreamEnd(stream: ProtocolStream<string>, end, code) {
			if (ended.has(stream.context)) throw new Error(`${stream.context} ended twice`);
			ended.add(stream.context);
			events.push(
				`${stream.context} ${end} ${code} ${stream.status} ${stream.body === undefined ? '' : Buffer.concat(stream.body).toString('latin1')}`,
			);
		},
		onGoaway: (last, code, debug) => events.push(`goaway ${last} ${code} ${debug.toString('latin1')}`),
		onPingAcknowledged: (payload) => events.push(`ping ${payload.toString('latin1')}`),
		onConnectionError: (error) => events.push(`error ${error.errorCode}`),
	});
	for (let n = 0; n < STREAMS; n++) client.open(pushFields(String(n)), Buffer.from(`body ${n}`), String(n));
	let from = 0;
	for (const at of [...cuts].sort((a, b) => a - b)) {
		client.receive(bytes.subarray(from, at), 0);
		from = at;
	}
	client.receive(bytes.subarray(from), 0);
	if (ended.size + client.streams.size !== STREAMS)
		throw new Error(`${STREAMS} requests, ${ended.size} ended, ${client.streams.size} open`);
	const written = Buffer.concat(client.output.take()).toString('hex');
	if (written.length > 2 * (20_000 + bytes.length * 4)) throw new Error('the client wrote far more than it was sent');
	return { events, written };
}

/** Runs all properties; throws fast-check's report, with the seed and the smallest case, when one fails. */
export function fuzzProtocol({ seed, runs }: FuzzOptions): void {
	const conversation = fc
		.tuple(fc.boolean(), fc.array(serverFrame, { maxLength: 25 }))
		.map(([polite, frames]) => Buffer.concat([...(polite ? [settings()] : []), ...frames]));
	const cuts = fc.array(fc.nat(4_000), { maxLength: 12 });
	fc.assert(
		fc.property(conversation, cuts, (bytes, places) => {
			const whole = converse(bytes, []);
			const pieces = converse(
				bytes,
				places.map((at) => Math.min(at, bytes.length)),
			);
			if (JSON.stringify(whole) !== JSON.stringify(pieces))
				throw new Error(`cut at ${places.join(', ')}: ${JSON.stringify(pieces)} instead of ${JSON.stringify(whole)}`);
		}),
		{ seed, numRuns: runs },
	);
	fc.assert(
		fc.property(
			conversation,
			fc.array(fc.tuple(fc.nat(4_000), fc.integer({ min: 1, max: 255 })), { maxLength: 6 }),
			cuts,
			(bytes, changes, places) => {
				const broken = Buffer.from(bytes);
				for (const [at, mask] of changes)
					if (broken.length > 0) broken[at % broken.length] = (broken[at % broken.length] ?? 0) ^ mask;
				converse(
					broken,
					places.map((at) => Math.min(at, broken.length)),
				);
			},
		),
		{ seed, numRuns: runs },
	);
}
