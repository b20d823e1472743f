/** The streams of a connection and every way one can end (RFC 9113 §5.1, §5.4.2): none leaves the table but through here. */
import { type ClosedStreams, createClosedStreams } from './closedStreams';
import { ErrorCode, FrameType, ProtocolError, uint32Frame } from './frames';
import type { FloodGuard } from './floodGuard';
import type { ProtocolLimits } from './limits';
import type { OutputQueue } from './outputQueue';
import type { ProtocolEvents, ProtocolOptions } from './protocolEvents';
import { ProtocolStream, type StreamEnd } from './protocolStream';
import { ResponseBodies } from './responseBodies';
import type { SendWindows } from './sendWindows';
import { StreamTable } from './streamTable';

/** What streams share with the rest of their connection. */
export interface StreamsContext<C> {
	readonly limits: ProtocolLimits;
	readonly events: ProtocolEvents<C>;
	readonly output: OutputQueue;
	readonly sending: SendWindows<C>;
	readonly flood: FloodGuard;
}

export class Streams<C> {
	readonly table = new StreamTable<ProtocolStream<C>>();
	readonly bodies: ResponseBodies<C>;
	/** Id of the next stream to be opened, odd. */
	nextId: number;
	/** Time of the bytes being read, for the budgets. */
	nowMs = 0;
	private readonly closed: ClosedStreams;
	private readonly mayReset: (nowMs: number) => boolean;

	constructor(
		private readonly connection: StreamsContext<C>,
		{ firstStreamId = 1, mayReset = () => true }: ProtocolOptions,
	) {
		this.bodies = new ResponseBodies<C>(connection.limits);
		this.closed = createClosedStreams(connection.limits.rememberedResets);
		this.nextId = firstStreamId;
		this.mayReset = mayReset;
	}

	/** A new stream in the table. */
	add(context: C, sendWindow: number): ProtocolStream<C> {
		const stream = new ProtocolStream<C>(this.nextId, context, sendWindow);
		this.nextId += 2;
		this.table.add(stream);
		return stream;
	}

	/** Nobody waits for it any more: it sends nothing and keeps nothing, but its slot. False when it is gone or was given up before. */
	abandon(stream: ProtocolStream<C>): boolean {
		if (!this.table.abandon(stream)) return false;
		this.connection.sending.drop(stream);
		this.bodies.release(stream);
		return true;
	}

	/** RST_STREAM by the owner's wish; no event. */
	reset(stream: ProtocolStream<C>, errorCode: number): void {
		if (this.remove(stream)) this.sendReset(stream.id, errorCode);
	}

	/** Takes all out, oldest first; no event. Streams whose end was told already are not among them. */
	endAll(): Array<ProtocolStream<C>> {
		return this.table.values().filter((stream) => this.remove(stream) && !stream.answered);
	}

	/** The stream a frame with content is for. Without one the frame came late: it is forgiven, refused, or ends the connection. */
	receiver(streamId: number, what: string): ProtocolStream<C> | undefined {
		const stream = this.table.get(streamId);
		if (stream !== undefined && !stream.answered) return stream;
		const how = stream !== undefined ? 'ended' : this.closed.how(streamId);
		if (how === 'ended') {
			throw new ProtocolError(ErrorCode.STREAM_CLOSED, `${what} on stream ${streamId} after its end`);
		}
		// Behind its own RST_STREAM the peer may send nothing (§5.1); what is forgiven is not refused.
		this.refuseClosed(streamId, ErrorCode.STREAM_CLOSED);
		this.connection.flood.controlFrame(this.nowMs);
		return undefined;
	}

	/** A stream error (§5.4.2). With the budget spent it ends the connection, as §5.4.1 allows. */
	refuse(stream: ProtocolStream<C>, code: number): void {
		if (!this.mayReset(this.nowMs))
			throw new ProtocolError(code, 'too many streams broke the rules to reset each alone');
		this.sendReset(stream.id, code);
		this.finish(stream, 'malformed', code);
	}

	/**
	 * An error on a stream that is closed: told once, as §5.4.2 allows, and within the budget. Beyond it the frame is dropped
	 * in silence: nothing of the stream is left that an error could end.
	 */
	refuseClosed(streamId: number, code: number): void {
		if (this.closed.how(streamId) !== 'forgiven' && this.mayReset(this.nowMs)) this.sendReset(streamId, code);
	}

	/** The peer has ended its side: the answer is whole, if it is as long as it said (§8.1.1). */
	complete(stream: ProtocolStream<C>): void {
		if (stream.contentLength !== undefined && stream.contentLength !== stream.bodyBytes) {
			return this.refuse(stream, ErrorCode.PROTOCOL_ERROR);
		}
		this.connection.flood.progress();
		if (stream.ended) return this.finish(stream, 'complete', ErrorCode.NO_ERROR);
		// The answer came before the request was whole: nobody wants the rest of that (§8.1).
		if (this.mayReset(this.nowMs)) {
			this.sendReset(stream.id, ErrorCode.NO_ERROR);
			return this.finish(stream, 'complete', ErrorCode.NO_ERROR);
		}
		// Without budget for this the stream stays half open, and keeps its slot like an abandoned one.
		stream.answered = true;
		this.abandon(stream);
		this.connection.events.onStreamEnd(stream, 'complete', ErrorCode.NO_ERROR);
	}

	/** RST_STREAM of the peer. */
	resetByPeer(streamId: number, errorCode: number): void {
		const stream = this.table.get(streamId);
		if (stream === undefined) return this.connection.flood.controlFrame(this.nowMs);
		// Surplus streams were seen to get REFUSED_STREAM and then STREAM_CLOSED (pushy #476).
		this.closed.resetByPeer(streamId);
		this.finish(stream, 'reset', errorCode);
	}

	/** Streams above GOAWAY's last one were not processed (§6.8). */
	cutAbove(lastStreamId: number, errorCode: number): void {
		for (const stream of this.table) {
			if (stream.id <= lastStreamId) continue;
			this.closed.forgive(stream.id);
			this.finish(stream, 'goaway', errorCode);
		}
	}

	/** The stream is gone: tells its owner, unless that knows its end already. */
	private finish(stream: ProtocolStream<C>, end: StreamEnd, errorCode: number): void {
		if (this.remove(stream) && !stream.answered) this.connection.events.onStreamEnd(stream, end, errorCode);
	}

	private remove(stream: ProtocolStream<C>): boolean {
		if (!this.table.delete(stream)) return false;
		this.connection.sending.drop(stream);
		this.bodies.release(stream);
		return true;
	}

	private sendReset(streamId: number, errorCode: number): void {
		this.connection.output.append(uint32Frame(FrameType.RST_STREAM, streamId, errorCode));
		this.closed.forgive(streamId);
	}
}
