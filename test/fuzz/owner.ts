/** Random owners: requests opened, given up and reset between any frames, held against a peer that counts windows and streams for itself. */
import fc from 'fast-check';
import { ClientProtocol, type ProtocolStream } from '../../nodes/shared/http2/clientProtocol';
import { data, goaway, headers, pushFields, rst, settings, T, windowUpdate } from '../shared/http2/supportPeer';
import type { FuzzOptions } from './hpack';

const RESETS = 2;
const FIRST_WINDOW = 65_535;
const FRAME_HEADER_BYTES = 9;
const PREFACE_BYTES = 24;

/** One thing that happens; `pick` chooses among the streams that are there. */
type Step =
	| { readonly kind: 'open'; readonly bodyBytes: number }
	| { readonly kind: 'openIllegal' }
	| { readonly kind: 'abandon' | 'reset' | 'answer' | 'answerHead' | 'rst'; readonly pick: number }
	| { readonly kind: 'data' | 'credit'; readonly pick: number; readonly octets: number }
	| { readonly kind: 'creditConnection'; readonly octets: number }
	| { readonly kind: 'window'; readonly octets: number }
	| { readonly kind: 'goaway'; readonly pick: number };

const pick = fc.nat(30);
const credit = fc.constantFrom(0, 1, 100, 20_000, 70_000);
const step: fc.Arbitrary<Step> = fc.oneof(
	{
		weight: 8,
		arbitrary: fc.record({ kind: fc.constant('open' as const), bodyBytes: fc.constantFrom(0, 1, 100, 5_000, 40_000) }),
	},
	{ weight: 1, arbitrary: fc.constant({ kind: 'openIllegal' as const }) },
	{
		weight: 8,
		arbitrary: fc.record({ kind: fc.constantFrom('abandon', 'reset', 'answer', 'answerHead', 'rst'), pick }),
	},
	{
		weight: 6,
		arbitrary: fc.record({
			kind: fc.constantFrom('data', 'credit'),
			pick,
			octets: fc.constantFrom(0, 1, 50, 3_000, 16_384),
		}),
	},
	{ weight: 3, arbitrary: fc.record({ kind: fc.constant('creditConnection' as const), octets: credit }) },
	{ weight: 2, arbitrary: fc.record({ kind: fc.constant('window' as const), octets: credit }) },
	{ weight: 1, arbitrary: fc.record({ kind: fc.constant('goaway' as const), pick }) },
);

function check(holds: boolean, what: string): void {
	if (!holds) throw new Error(what);
}

/** What the peer and the owner know of one stream. */
interface Known {
	readonly stream: ProtocolStream<Known | undefined>;
	readonly body: Buffer;
	/** Octets of the body that arrived. */
	arrived: number;
	whole: boolean;
	/** The peer's window for it. */
	window: number;
	/** RST_STREAM came from the client. */
	resetByClient: boolean;
	/** From here on nothing of its body may be written. */
	givenUp: boolean;
	answering: boolean;
	/** Ends told to the owner. */
	ends: number;
	/** The peer has ended it, or the owner has by a reset. */
	over: boolean;
}

/** A client, its owner and its peer in one: every step is followed by a look at all that was written and told. */
function live(steps: readonly Step[], firstWindow: number): void {
	const known = new Map<number, Known>();
	const told: ProtocolStream<Known | undefined>[] = [];
	let resetsLeft = RESETS;
	let dead = false;
	const client = new ClientProtocol<Known | undefined>(
		{
			onSettings: () => undefined,
			onStreamEnd: (stream) => told.push(stream),
			onGoaway: () => undefined,
			onPingAcknowledged: () => undefined,
			onConnectionError: () => (dead = true),
		},
		{ mayReset: () => resetsLeft-- > 0, limits: { maxResponseBodyBytes: 20_000, maxKeptBodyBytes: 30_000 } },
	);
	let initialWindow = firstWindow;
	let connectionWindow = FIRST_WINDOW;
	let clientResets = 0;
	let ownResets = 0;
	let skipped = 0;

	/** Reads what the client wrote as its peer would. */
	const readOutput = (): void => {
		let bytes = Buffer.concat(client.output.take());
		const before = Math.min(PREFACE_BYTES - skipped, bytes.length);
		skipped += before;
		bytes = bytes.subarray(before);
		client.acknowledgementsSent();
		for (let at = 0; at < bytes.length;) {
			const length = bytes.readUIntBE(at, 3);
			const [type, flags, id] = [bytes.readUInt8(at + 3), bytes.readUInt8(at + 4), bytes.readUInt32BE(at + 5)];
			const payload = bytes.subarray(at + FRAME_HEADER_BYTES, at + FRAME_HEADER_BYTES + length);
			at += FRAME_HEADER_BYTES + length;
			const one = known.get(id);
			if (type === T.headers && one !== undefined && (flags & 1) !== 0) one.whole = true;
			if (type === T.rst) {
				clientResets += 1;
				if (one !== undefined) one.resetByClient = one.over = true;
			}
			if (type !== T.data) continue;
			if (one === undefined) throw new Error(`DATA on stream ${id}, which is not open`);
			check(!one.resetByClient && !one.whole, `stream ${id} goes on after its end`);
			check(!one.givenUp, `stream ${id} was given up and still sends`);
			check(payload.equals(one.body.subarray(one.arrived, one.arrived + length)), `stream ${id} sends other octets`);
			one.arrived += length;
			one.window -= length;
			connectionWindow -= length;
			check(length === 0 || (one.window >= 0 && connectionWindow >= 0), `stream ${id} sends beyond its windows`);
			if ((flags & 1) !== 0) {
				one.whole = true;
				check(one.arrived === one.body.length, `stream ${id} ends before its body does`);
			}
		}
	};

	const ongoing = (): Known[] => [...known.values()].filter(({ stream }) => client.streams.get(stream.id) === stream);
	const choose = (from: readonly Known[], place: number): Known | undefined => from[place % Math.max(from.length, 1)];
	const send = (...frames: Buffer[]): void => client.receive(Buffer.concat(frames), 0);

	send(settings([4, firstWindow]));
	readOutput();
	for (const one of steps) {
		if (dead) break;
		if (one.kind === 'open') {
			const body = Buffer.alloc(one.bodyBytes, 'abcdefghijk');
			const stream = client.open(pushFields(), body, undefined);
			check(
				typeof stream !== 'string' || (!client.mayOpen && stream === 'closed'),
				`a request was refused: ${String(stream)}`,
			);
			if (typeof stream !== 'string') {
				known.set(stream.id, {
					stream,
					body,
					arrived: 0,
					whole: false,
					window: initialWindow,
					resetByClient: false,
					givenUp: false,
					answering: false,
					ends: 0,
					over: false,
				});
			}
		} else if (one.kind === 'openIllegal') {
			const fields = [...pushFields(), { name: 'x-line', value: 'a\nb', indexing: 'always' as const }];
			check(
				['illegalField', 'closed'].includes(String(client.open(fields, Buffer.from('x'), undefined))),
				'a line break was sent',
			);
		} else if (one.kind === 'window') {
			const change = one.octets - initialWindow;
			initialWindow = one.octets;
			for (const open of ongoing()) open.window += change;
			send(settings([4, one.octets]));
		} else if (one.kind === 'creditConnection') {
			if (one.octets > 0) {
				connectionWindow += one.octets;
				send(windowUpdate(0, one.octets));
			}
		} else {
			const chosen = choose(ongoing(), one.pick);
			if (chosen === undefined) continue;
			const { stream } = chosen;
			if (one.kind === 'abandon') {
				const first = !stream.abandoned;
				check(client.abandon(stream) === first, 'abandon answers wrong');
				chosen.givenUp = true;
				check(
					stream.ended === chosen.whole || stream.endOffset <= client.output.totalBytes(),
					'ended says what is not',
				);
			} else if (one.kind === 'reset') {
				ownResets += 1;
				client.reset(stream, 8);
				chosen.givenUp = chosen.over = true;
			} else if (one.kind === 'answer' && !chosen.over) {
				send(chosen.answering ? data(stream.id, '') : headers(stream.id, [[':status', '200']]));
				chosen.over = true;
				chosen.givenUp = true;
			} else if (one.kind === 'answerHead' && !chosen.answering && !chosen.over) {
				chosen.answering = true;
				send(headers(stream.id, [[':status', '400']], 0));
			} else if (one.kind === 'rst') {
				chosen.over = chosen.givenUp = true;
				send(rst(stream.id, 8));
			} else if (one.kind === 'data' && chosen.answering && !chosen.over) {
				send(data(stream.id, Buffer.alloc(one.octets), 0));
			} else if (one.kind === 'credit' && one.octets > 0) {
				chosen.window += one.octets;
				send(windowUpdate(stream.id, one.octets));
			} else if (one.kind === 'goaway') {
				for (const open of ongoing()) if (open.stream.id > stream.id) open.over = open.givenUp = true;
				send(goaway(stream.id, 0));
			}
		}
		readOutput();
		for (const stream of told.splice(0)) {
			const ended = known.get(stream.id);
			if (ended === undefined) throw new Error(`an end of stream ${stream.id}, which was not opened`);
			ended.ends += 1;
			ended.givenUp = ended.over = true;
			check(ended.ends === 1, `stream ${stream.id} ended twice`);
		}
		const open = ongoing();
		check(open.length === client.streams.size, 'the table holds other streams than were opened');
		check(client.liveStreams + client.abandonedStreams === open.length, 'live and abandoned streams do not add up');
		check(
			open.filter(({ stream }) => stream.abandoned).length === client.abandonedStreams,
			'abandoned streams are miscounted',
		);
		check(
			client.streams.liveValues().every(({ abandoned }) => !abandoned),
			'an abandoned stream counts as live',
		);
		check(clientResets <= RESETS + ownResets, `${clientResets} resets, ${ownResets} of them the owner's`);
		const kept = open.reduce(
			(sum, { stream }) => sum + (stream.body ?? []).reduce((all, part) => all + part.length, 0),
			0,
		);
		check(dead || kept <= 30_000 + 16_384, `${kept} octets of answers are kept`);
		check(
			dead ||
				open.every(
					({ stream, whole, givenUp, window }) =>
						whole || givenUp || stream.abandoned || window <= 0 || connectionWindow <= 0,
				),
			'a body waits although there is room for it',
		);
	}
	const rest = client.endStreams();
	check(
		rest.every((stream) => known.get(stream.id)?.ends === 0),
		'a stream that had ended is handed out again',
	);
	check(client.streams.size + client.liveStreams + client.abandonedStreams === 0, 'streams are left behind');
}

/** Runs the property; throws fast-check's report, with the seed and the smallest case, when it fails. */
export function fuzzOwner({ seed, runs }: FuzzOptions): void {
	fc.assert(fc.property(fc.array(step, { maxLength: 80, size: 'max' }), fc.constantFrom(0, 10, 1_000, 65_535), live), {
		seed,
		numRuns: runs,
	});
}
