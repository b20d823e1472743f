/** One HTTP/2 connection as the peer sees it: takes requests, judges them, answers. It shares no code with the client. */
import {
	errorCodes,
	flags,
	frameTypes,
	goawayFrame,
	pingFrame,
	resetFrame,
	settingIds,
	settingsAckFrame,
} from '../../wire/frames';
import { cell, type ConnectionRecord } from '../journal';
import { type FarEnd, type Link, systemError } from '../link';
import type { Random } from '../random';
import { Allowance } from './allowance';
import { Answering } from './answering';
import { EndlessBodies } from './endlessBodies';
import { FrameSplitter } from './frameSplitter';
import { garbageFrame } from './garbage';
import { createHeaderReader } from './headerReader';
import type { CertificateName, Habits, PeerWorld } from './peerWorld';
import { RequestChecks } from './requestChecks';
import { createRequestHead, readRequestHead } from './requestHead';
import { becomeWhole, openStream, type Stream, takeBody } from './stream';
import { judge } from './verdict';
import { Watch } from './watch';
import { FrameWriter } from './wire';

/** A peer that is done waits so long before it resets what the client still sends. */
const RESET_AFTER_FIN_MS = 1_500;

export class PeerConnection implements FarEnd {
	readonly streams = new Map<number, Stream>();
	readonly allowance: Allowance;
	/** Streams above it are not processed; Infinity while no GOAWAY was sent. */
	lastProcessed = Infinity;
	/** Whole requests wait for a GOAWAY. */
	parking = false;
	isGone = false;
	/** The highest stream that was opened, and that was processed. */
	highestSeen = 0;
	highestProcessed = 0;
	private readonly splitter = new FrameSplitter((text) => this.mistake(text));
	private readonly headers = createHeaderReader();
	private readonly head = createRequestHead();
	private readonly out = new FrameWriter();
	private readonly checks: RequestChecks;
	/** Reads nothing more. */
	private deaf = false;
	/** Says nothing more. */
	private mute = false;
	/** SETTINGS were sent: nothing goes out before. */
	private spoken = false;
	private readonly isTokenMode: boolean;
	private lying = false;
	private readonly answers: Answering;
	private readonly watch: Watch;
	private readonly endless: EndlessBodies;
	/** Streams the client reset: nothing may follow on them. */
	private readonly resetByClient = new Set<number>();
	/** Answers nothing any more, for good. */
	private stuck = false;

	constructor(
		private readonly world: PeerWorld & { onClosed(connection: PeerConnection): void },
		readonly link: Link,
		readonly record: ConnectionRecord,
		private readonly habits: Habits,
		/** The client's certificate; undefined with a token. */
		certificate: CertificateName | undefined,
		private readonly random: Random,
	) {
		record.identity = certificate?.identity ?? -1;
		record.version = certificate?.version ?? -1;
		this.isTokenMode = certificate === undefined;
		this.allowance = new Allowance(
			habits,
			random,
			this.out,
			{
				streams: this.streams,
				isLive: () => !this.isGone && this.spoken,
				trouble: (name) => this.trouble(name),
				announced: (values) => {
					this.watch.changed();
					world.journal.note('settings', record.id, values.maxConcurrentStreams ?? -1);
				},
				later: (mostMs, callback) =>
					world.loop.arrive(random.next() * mostMs, () => {
						callback();
						this.flush();
					}),
				flush: () => this.flush(),
			},
			certificate !== undefined,
		);
		this.watch = new Watch(record, world.journal, () => world.loop.now());
		this.endless = new EndlessBodies(
			world.loop,
			this.out,
			() => this.flush(),
			() => this.isGone,
		);
		this.checks = new RequestChecks(world, record, certificate);
		this.answers = new Answering(world, record, habits, random, this.out, {
			isOpen: (stream) => !this.isGone && !this.stuck && this.streams.get(stream.id) === stream,
			onAnswered: (stream, verdict) => {
				if (verdict.resetCode === undefined) this.watch.answered();
				if (verdict.resetCode === undefined && verdict.aboutCredential !== true) this.welcome(stream);
				if (verdict.endless === true) this.endless.begin(stream.id);
				this.forget(stream);
			},
			cut: () => this.cut(false),
			flush: () => this.flush(),
		});
	}

	/** Speaks first, as APNs does. */
	start(): void {
		const { habits, world } = this;
		if (world.mood.has('settingsNever') !== undefined) return this.trouble('settingsNever');
		world.loop.arrive(habits.settingsDelayMs, () => {
			if (this.isGone) return;
			this.spoken = true;
			const waiting = this.out.take();
			const small = world.mood.has('smallWindows');
			this.allowance.begin();
			if (small !== undefined) this.allowance.shrinkWindows(small.strength);
			if (world.mood.has('windowStarved') !== undefined) this.allowance.starve(true);
			this.allowance.window.open();
			// SETTINGS come first (RFC 9113 §3.4), whatever was ready before them.
			this.out.raw(waiting);
			this.flush();
		});
	}

	/** Version of the credential its requests carry. */
	get version(): number {
		return this.checks.version;
	}

	/** Whether a request could have had a stream here ever since: nothing was ever wrong with it, and it is not full. */
	hasRoomSince(sinceMs: number): boolean {
		const { settings, window } = this.allowance;
		return (
			!this.isGone &&
			this.allowance.proved &&
			this.watch.isSteadySince(sinceMs) &&
			!settings.isUnsettled &&
			this.streams.size < (settings.limit ?? Infinity) &&
			!window.isNarrow
		);
	}

	// ---- the link ----

	onBytes(bytes: Buffer): void {
		if (this.deaf || this.isGone) return this.onLost(bytes);
		this.watch.heard();
		this.splitter.push(bytes, (type, frameFlags, streamId, payload) =>
			this.onFrame(type, frameFlags, streamId, payload),
		);
		this.answers.schedule();
		this.flush();
	}

	/** Read for the journal only: these requests never arrived. */
	onLost(bytes: Buffer): void {
		const { journal } = this.world;
		this.splitter.push(bytes, (type, frameFlags, _streamId, payload) => {
			if (type === frameTypes.HEADERS && this.readHead(frameFlags, payload))
				journal.lostHeaders(this.head.request, this.record.id);
		});
	}

	onFin(): void {
		if (this.isGone) return;
		this.link.finish();
		this.onGone();
	}

	onGone(): void {
		if (this.isGone) return;
		this.isGone = true;
		this.world.onClosed(this);
	}

	// ---- what faults do to it ----

	/** Reads nothing: what arrives is lost. */
	refuseAll(): void {
		this.deaf = true;
	}

	trouble(name: string): void {
		this.world.journal.trouble(this.record, name);
	}

	cut(loseUnderWay: boolean, error = systemError('ECONNRESET', 'read ECONNRESET')): void {
		if (this.isGone) return;
		this.trouble('cut');
		this.link.cut(error, loseUnderWay);
		this.onGone();
	}

	/** FIN out of the blue; what comes afterwards is met with a reset. */
	finish(): void {
		if (this.isGone) return;
		this.trouble('fin');
		this.flush();
		this.deaf = true;
		this.mute = true;
		this.link.finish();
		this.world.loop.arrive(RESET_AFTER_FIN_MS, () => {
			if (!this.link.isOver) this.link.cut(systemError('ECONNRESET', 'read ECONNRESET'), false);
			this.onGone();
		});
	}

	silence(): void {
		this.trouble('silence');
		this.link.fallSilent();
	}

	/** Streams up to `last` are processed, later ones are not. */
	goaway(last: number, code: number, text: string): void {
		if (this.isGone) return;
		this.lastProcessed = Math.min(this.lastProcessed, last);
		this.out.raw(goawayFrame(last, code, text));
		this.world.journal.note('goaway', this.record.id, last, text);
		this.trouble(code === errorCodes.NO_ERROR ? 'goaway' : 'goawayError');
		this.parking = false;
		for (const stream of [...this.streams.values()]) {
			if (stream.id > this.lastProcessed) this.disown(stream);
			else if (stream.parked) {
				stream.parked = false;
				this.process(stream);
			}
		}
		this.answers.schedule();
		this.flush();
	}

	/** The GOAWAY just sent named the credential. */
	refusedByGoaway(): void {
		this.world.journal.refused(this.record.identity, this.record.endpoint);
	}

	/** Ends politely: open streams get their answers first. */
	closeWhenDone(): void {
		this.trouble('goaway');
		const look = (): void => {
			if (this.isGone) return;
			if ([...this.streams.values()].some((stream) => !stream.parked)) this.world.loop.arrive(100, look);
			else this.finish();
		};
		this.world.loop.arrive(50, look);
	}

	/** From now on no request is answered here. */
	getStuck(): void {
		this.trouble('wedged');
		this.stuck = true;
	}

	lie(): void {
		this.lying = true;
		this.trouble('lies');
	}

	garbage(): void {
		this.lie();
		this.out.raw(garbageFrame(this.random, this.highestSeen));
		this.flush();
	}

	// ---- frames ----

	private mistake(text: string): void {
		this.world.journal.breach('speaksHttp2', `${text}, on connection ${this.record.id}`);
	}

	private onFrame(type: number, frameFlags: number, streamId: number, payload: Buffer): void {
		switch (type) {
			case frameTypes.HEADERS:
				if (this.readHead(frameFlags, payload)) this.onHead(streamId, (frameFlags & flags.END_STREAM) !== 0);
				return;
			case frameTypes.DATA:
				return this.onData(frameFlags, streamId, payload);
			case frameTypes.SETTINGS:
				return this.onSettings(frameFlags, payload);
			case frameTypes.PING:
				return this.onPing(frameFlags, payload);
			case frameTypes.RST_STREAM:
				return this.onReset(streamId, payload.readUInt32BE(0));
			case frameTypes.GOAWAY:
				return this.onGoaway(payload.readUInt32BE(4), payload.toString('latin1', 8, 120));
			case frameTypes.WINDOW_UPDATE:
				return this.endless.credit(streamId, payload.readUInt32BE(0));
			default:
				this.mistake(`a frame of type ${type}`);
		}
	}

	private onGoaway(code: number, text: string): void {
		this.world.journal.note('clientGoaway', this.record.id, code, text);
		if (code === errorCodes.NO_ERROR || this.lying || this.endless.any) return;
		this.world.journal.breach('understandsHonestPeers', `GOAWAY ${code} "${text}" on connection ${this.record.id}`);
	}

	private onSettings(frameFlags: number, payload: Buffer): void {
		if ((frameFlags & flags.ACK) === 0) {
			for (let at = 0; at + 6 <= payload.length; at += 6) {
				if (payload.readUInt16BE(at) === settingIds.enablePush && payload.readUInt32BE(at + 2) !== 0)
					this.mistake('server push is not switched off');
				if (payload.readUInt16BE(at) === settingIds.initialWindowSize)
					this.endless.settled(payload.readUInt32BE(at + 2));
			}
			this.out.raw(settingsAckFrame());
			return;
		}
		const applied = this.allowance.acknowledged();
		if (applied === undefined) return this.mistake('an ACK of no SETTINGS');
		if (applied.headerTableSize !== undefined) this.headers.allow(applied.headerTableSize);
	}

	private onPing(frameFlags: number, payload: Buffer): void {
		if ((frameFlags & flags.ACK) !== 0) return;
		this.world.journal.note('ping', this.record.id);
		if (this.world.mood.has('pingIgnored', this.record.identity) !== undefined) return this.trouble('pingIgnored');
		this.out.raw(pingFrame(payload, true));
	}

	private onReset(streamId: number, code: number): void {
		const { journal, loop } = this.world;
		const stream = this.streams.get(streamId);
		journal.note('clientReset', this.record.id, streamId, String(code));
		// Resets that answer a lie are no choice of the client.
		if (!this.lying) this.checks.countReset(loop.now());
		this.resetByClient.add(streamId);
		this.endless.end(streamId);
		if (stream !== undefined) this.forget(stream);
	}

	private onData(frameFlags: number, streamId: number, payload: Buffer): void {
		const { journal } = this.world;
		const stream = this.streams.get(streamId);
		const { window } = this.allowance;
		if (!window.take(payload.length))
			journal.breach('windowsRespected', `the connection window of ${this.record.id} is ${window.left}`);
		if (stream === undefined) {
			if (streamId > this.highestSeen) this.mistake(`DATA of an idle stream ${streamId}`);
			if (this.resetByClient.has(streamId)) this.mistake(`DATA of stream ${streamId} after its RST_STREAM`);
			return;
		}
		stream.window -= payload.length;
		if (stream.window < 0 && payload.length > 0)
			journal.breach('windowsRespected', `the window of stream ${streamId} is ${stream.window}`);
		takeBody(stream, payload);
		if ((frameFlags & flags.END_STREAM) !== 0) this.onWhole(stream);
		else this.allowance.see(stream);
	}

	// ---- requests ----

	/** Reads a header block into `head`; false when it names no request of this world. */
	private readHead(frameFlags: number, payload: Buffer): boolean {
		if ((frameFlags & flags.END_HEADERS) === 0) this.mistake('CONTINUATION is announced');
		const block = (frameFlags & flags.PRIORITY) === 0 ? payload : payload.subarray(5);
		try {
			readRequestHead(this.headers, block, this.head);
		} catch (error) {
			this.mistake(`a header block: ${error instanceof Error ? error.message : String(error)}`);
			return false;
		}
		const { request, path } = this.head;
		if (request >= 0 && request < this.world.journal.pushes.count) return true;
		this.mistake(`a request nobody made: ${path}`);
		return false;
	}

	private onHead(streamId: number, ends: boolean): void {
		const { head, world } = this;
		const { settings } = this.allowance;
		const { journal } = world;
		const { request } = head;
		if (streamId <= this.highestSeen || streamId % 2 === 0)
			this.mistake(`stream ${streamId} after ${this.highestSeen}`);
		this.highestSeen = Math.max(this.highestSeen, streamId);
		journal.headers(request, this.record.id);
		this.record.streams += 1;
		const version = this.checks.check(streamId, head, this.streams, settings.limit);
		const stream = openStream(streamId, head, version, settings.window);
		this.watch.opens(streamId, this.streams.size);
		this.streams.set(streamId, stream);
		if (streamId > this.lastProcessed) this.disown(stream);
		else if (this.refuses()) {
			this.out.raw(resetFrame(streamId, errorCodes.REFUSED_STREAM));
			this.trouble('refused');
			if (ends) becomeWhole(stream, journal);
			return this.disown(stream);
		}
		if (ends) this.onWhole(stream);
		else this.allowance.see(stream);
	}

	private refuses(): boolean {
		const storm = this.world.mood.has('refuseStorm', this.record.identity);
		// Above a capacity of its own, whatever SETTINGS say.
		return storm !== undefined && this.streams.size > 1 + (storm.seed % 20);
	}

	private onWhole(stream: Stream): void {
		const { journal } = this.world;
		becomeWhole(stream, journal);
		journal.note('whole', stream.request, stream.id);
		if (stream.id > this.lastProcessed) return this.disown(stream);
		if (this.parking) {
			stream.parked = true;
			return;
		}
		this.process(stream);
	}

	private process(stream: Stream): void {
		const { journal, loop, mood } = this.world;
		const { pushes } = journal;
		const { record } = this;
		this.highestProcessed = Math.max(this.highestProcessed, stream.id);
		const issuedAtMs = this.isTokenMode ? this.checks.facts?.issuedAtMs : undefined;
		const tokenAgeMs = issuedAtMs === undefined ? 0 : this.world.wallMs() - issuedAtMs;
		const verdict = judge(mood, record.identity, stream.version, tokenAgeMs, this.random, this.endless.mayBegin);
		if (verdict.endless === true) this.trouble('endless');
		if (verdict.accepted) {
			pushes.accepted[stream.request] = cell(pushes.accepted, stream.request) + 1;
			journal.note('accept', stream.request, stream.id);
			record.accepted += 1;
			if (record.accepted === 100) record.paidBackAt = loop.now();
		} else journal.note('reject', stream.request, verdict.status, verdict.reason);
		if (verdict.status === 403) journal.refused(record.identity, record.endpoint);
		if (mood.has('liarRefuses') !== undefined && this.random.chance(0.3)) {
			this.lie();
			this.out.raw(resetFrame(stream.id, errorCodes.REFUSED_STREAM));
			return this.forget(stream);
		}
		if (this.stuck || mood.has('wedged', record.identity) !== undefined) return this.trouble('wedged');
		if (verdict.status === 0 && verdict.resetCode === undefined) return this.trouble('neverAnswered');
		this.answers.add(stream, verdict);
		this.goAwayOften();
	}

	private goAwayOften(): void {
		const often = this.world.mood.has('goawayOften', this.record.identity);
		if (often === undefined || this.lastProcessed !== Infinity) return;
		if (this.record.streams < 20 + (often.seed % 1_000)) return;
		this.goaway(this.highestSeen, errorCodes.NO_ERROR, '');
		this.closeWhenDone();
	}

	// ---- the end of streams ----

	/** The answer shows that the credential was taken: more streams, as APNs does. */
	private welcome(stream: Stream): void {
		if (this.isTokenMode) this.checks.provenTokens.add(stream.token);
		if (!this.allowance.proved) this.record.provedAt = this.world.loop.now();
		this.allowance.welcome();
	}

	private disown(stream: Stream): void {
		const { journal } = this.world;
		const { pushes } = journal;
		if (stream.whole) pushes.disowned[stream.request] = cell(pushes.disowned, stream.request) + 1;
		journal.note('disown', stream.request, stream.id);
		// A stream above GOAWAY's last one may still become whole.
		if (stream.whole || stream.id <= this.lastProcessed) this.forget(stream);
	}

	private forget(stream: Stream): void {
		stream.over = true;
		this.streams.delete(stream.id);
		this.watch.ended(this.streams.size);
	}

	private flush(): void {
		if (this.out.isEmpty || !this.spoken) return;
		const bytes = this.out.take();
		if (!this.mute) this.link.send(bytes);
	}
}
