/** The requests on the streams of one connection: each gets a stream, and leaves it answered, given up, or by the connection's end. */
import type { ClientProtocol, ProtocolStream, StreamEnd } from '../http2/clientProtocol';
import { ErrorCode } from '../http2/frames';
import type { HeaderField } from '../http2/hpack/hpack';
import { AbandonedStreams } from './abandonedStreams';
import { answered, openRefusalError, withoutAnswer } from './attempts';
import type { Capacity } from './capacity';
import type { Clock } from './clock';
import type { Answer } from './connectionState';
import type { Deadline } from './dueTimer';
import { TransportError } from './errors';
import type { Attempt, Carrier, LaneRequest, Mark } from './request';
import { createResetBudget } from './resetBudget';
import { timing } from './timing';

/** Streams assumed where the server names no limit: what Apple was seen to give. */
const ASSUMED_STREAM_LIMIT = 1_000;

/** The connection, as far as its streams ask something of it. */
export interface StreamHost {
	/** For messages. */
	readonly where: string;
	/** Requests remember it as what carries them. */
	readonly carrier: Carrier;
	isReady(): boolean;
	schedule(dueMs: number): void;
	/** A final status came; returns whether it shows that its mark was accepted. */
	onAnswer(answer: Answer): boolean;
	/** An attempt ended; the request has no stream any more. */
	onAttempt(request: LaneRequest, attempt: Attempt): void;
	/** Requests were given up: what follows is for the connection to decide. */
	onGivenUp(): void;
	/** Streams that were refused may be tried again. */
	onHoldOver(): void;
	/** Too many given-up streams stay unanswered. */
	onTooManyUnanswered(): void;
}

export class RequestStreams {
	/** Final statuses received, and how many of them were 2xx. */
	answers = 0;
	accepted = 0;
	/** Streams opened. */
	opened = 0;
	/** Streams the peer ended, whatever with. */
	private endedByPeer = 0;
	private readonly resets = createResetBudget();
	private readonly abandoned = new AbandonedStreams();
	/** No request's time ends before this. */
	private nextDeadlineMs = Infinity;

	constructor(
		private readonly clock: Clock,
		private readonly protocol: ClientProtocol<LaneRequest>,
		private readonly capacity: Capacity,
		private readonly host: StreamHost,
	) {}

	/** The peer has said something about a stream: an answer, the head of one, or its end. */
	get wereNoticed(): boolean {
		if (this.endedByPeer > 0) return true;
		for (const { status } of this.protocol.streams.liveValues()) if (status !== undefined) return true;
		return false;
	}

	/** Whether one more RST_STREAM may go out now; counts it if so. */
	mayReset(nowMs: number): boolean {
		return this.resets.take(nowMs);
	}

	/** Opens a stream for the request, or ends its attempt; returns whether it has one. */
	take(request: LaneRequest, nowMs: number): boolean {
		const opened = this.open(request);
		if (opened instanceof TransportError) {
			request.finish({ kind: 'notSent', error: opened });
			return false;
		}
		request.attempts += 1;
		request.stream = opened;
		request.carrier = this.host.carrier;
		request.deadlineMs = nowMs + request.timeoutMs;
		this.opened += 1;
		this.capacity.opened(request.caller, request.sentMark);
		if (request.deadlineMs < this.nextDeadlineMs) {
			this.nextDeadlineMs = request.deadlineMs;
			this.host.schedule(this.nextDeadlineMs);
		}
		return true;
	}

	/**
	 * Gives a request up: `notSent` if its last frame was not appended, and then it never will be; else `unknown`. A final
	 * status that came before decides. RST_STREAM goes out only in the first case and within the budget: the stream of a
	 * request that left stays open until the peer ends it.
	 */
	cancel(request: LaneRequest, error: TransportError): void {
		const { stream } = request;
		if (stream === undefined || this.protocol.streams.get(stream.id) !== stream) return;
		const now = this.clock.now();
		this.giveUp(request, stream, error, now);
		this.host.onGivenUp();
	}

	/** A stream ended by an answer, a reset or a GOAWAY, and is gone from the table. */
	ended(stream: ProtocolStream<LaneRequest>, end: StreamEnd, errorCode: number): void {
		this.endedByPeer += 1;
		if (stream.status !== undefined) return this.settle(stream, answered(stream, stream.status, end === 'complete'));
		if (end === 'reset' && errorCode === ErrorCode.REFUSED_STREAM) {
			this.capacity.refused(this.protocol.streams.size, this.clock.now());
			this.host.schedule(this.capacity.holdEndsMs);
		}
		this.settle(stream, withoutAnswer(this.host.where, end, errorCode, stream.ended));
	}

	/**
	 * The connection is over: every stream is settled. What was not handed to the socket, `handedBytes` of output, is not
	 * sent; `nothingRead` says that the peer proved to have read none of it.
	 */
	endAll(error: TransportError, handedBytes: number, nothingRead: boolean): void {
		for (const stream of this.protocol.endStreams()) {
			if (stream.abandoned) continue;
			const left = !nothingRead && stream.endOffset <= handedBytes;
			this.settle(
				stream,
				stream.status === undefined
					? { kind: left ? 'unknown' : 'notSent', error }
					: answered(stream, stream.status, false),
			);
		}
		this.abandoned.clear();
	}

	/** What can become due, by name. */
	deadlines(): Deadline[] {
		const { protocol, capacity, host } = this;
		const limit = (): number => Math.min(capacity.limit, ASSUMED_STREAM_LIMIT);
		return [
			{
				name: 'answers of requests',
				dueMs: () => (protocol.liveStreams > 0 ? this.nextDeadlineMs : Infinity),
				onDue: (nowMs) => this.cancelOverdue(nowMs),
			},
			{
				name: 'refused streams may be tried again',
				dueMs: () => (host.isReady() ? capacity.holdEndsMs : Infinity),
				onDue: () => {
					capacity.endHold();
					host.onHoldOver();
				},
			},
			{
				name: 'given-up streams stay unanswered',
				dueMs: () => (host.isReady() ? this.abandoned.tooManyAtMs(limit()) : Infinity),
				onDue: () => host.onTooManyUnanswered(),
			},
		];
	}

	/** HEADERS and as much of the body as may go; or why this request cannot start. */
	private open(request: LaneRequest): ProtocolStream<LaneRequest> | TransportError {
		let fields: readonly HeaderField[];
		try {
			fields = request.head(request.sentMark);
		} catch (error) {
			// Only values of another type than declared, as a program without types may give, end here.
			return new TransportError('invalidHeader', 'The request has a value that cannot be sent in a header.', {
				cause: error,
			});
		}
		const opened = this.protocol.open(fields, request.body, request);
		return typeof opened === 'string' ? openRefusalError(this.host.where, opened, fields) : opened;
	}

	private giveUp(
		request: LaneRequest,
		stream: ProtocolStream<LaneRequest>,
		error: TransportError,
		nowMs: number,
	): void {
		const attempt: Attempt =
			stream.status === undefined
				? { kind: stream.ended ? 'unknown' : 'notSent', error }
				: answered(stream, stream.status, false);
		if (!stream.ended && this.resets.take(nowMs)) {
			this.protocol.reset(stream, ErrorCode.CANCEL);
			this.capacity.ended(request.sentMark, false);
		} else {
			this.protocol.abandon(stream);
			this.abandoned.add(stream, request.sentMark, nowMs);
			this.host.schedule(nowMs + timing.abandonedAfterMs);
		}
		this.capacity.released(request.caller);
		request.finish(attempt);
	}

	private cancelOverdue(nowMs: number): void {
		this.nextDeadlineMs = Infinity;
		for (const stream of this.protocol.streams.liveValues()) {
			const { context: request } = stream;
			// What ends one request may end others.
			if (stream.abandoned || this.protocol.streams.get(stream.id) !== stream) continue;
			if (request.deadlineMs <= nowMs) {
				const text = `${this.host.where}: no answer within ${request.timeoutMs / 1_000} s.`;
				this.giveUp(request, stream, new TransportError('deadline', text), nowMs);
			} else if (request.deadlineMs < this.nextDeadlineMs) {
				this.nextDeadlineMs = request.deadlineMs;
			}
		}
		this.host.onGivenUp();
	}

	/** Settles one stream that is gone from the table. */
	private settle(stream: ProtocolStream<LaneRequest>, attempt: Attempt): void {
		const request = stream.context;
		const abandoned = this.abandoned.take(stream);
		const mark: Mark = abandoned === undefined ? request.sentMark : abandoned.mark;
		let proves = false;
		if (attempt.kind === 'answered') {
			this.answers += 1;
			if (attempt.status >= 200 && attempt.status < 300) this.accepted += 1;
			this.capacity.answered();
			proves = this.host.onAnswer({ attempt, request, mark, late: abandoned !== undefined });
		}
		this.capacity.ended(mark, proves);
		if (abandoned !== undefined) return;
		this.capacity.released(request.caller);
		request.stream = undefined;
		this.host.onAttempt(request, attempt);
	}
}
