/** What the protocol tells its owner, and what it is made with. */
import type { ProtocolError } from './frames';
import type { ProtocolLimits } from './limits';
import type { PeerSettings } from './peerSettings';
import type { ProtocolStream, StreamEnd } from './protocolStream';

export interface ProtocolEvents<C> {
	/** A SETTINGS frame was applied and acknowledged; `peer` holds the new values. */
	onSettings(peer: Readonly<PeerSettings>): void;
	/** The stream is gone, abandoned or not; called exactly once for each unless the connection fails first. */
	onStreamEnd(stream: ProtocolStream<C>, end: StreamEnd, errorCode: number): void;
	/** Called before the streams above `lastStreamId` end with `goaway`. */
	onGoaway(lastStreamId: number, errorCode: number, debugData: Buffer): void;
	onPingAcknowledged(payload: Buffer): void;
	/** A connection error: GOAWAY is in the output, nothing more will be read or opened. The owner takes the streams (`endStreams`). */
	onConnectionError(error: ProtocolError): void;
}

/** Why `open` opened nothing; nothing was written then, and the connection goes on. */
export type OpenRefusal =
	/** GOAWAY, a connection error, or `close`. */
	| 'closed'
	/** All stream ids are used. */
	| 'exhausted'
	/** Larger than the peer takes, or than one frame. */
	| 'headerListTooLarge'
	/** A name or value that HTTP/2 cannot carry; `requestProblem` of `fieldRules.ts` says which, and what is wrong. */
	| 'illegalField';

export interface ProtocolOptions {
	readonly limits?: Partial<ProtocolLimits>;
	/** First stream id, odd; tests start near the end of the range. */
	readonly firstStreamId?: number;
	/**
	 * Whether one more RST_STREAM may go out by the protocol's own decision, asked right before it does; a true answer counts.
	 * The owner has one budget for these and for its own calls of `reset`. Without this there is no bound.
	 */
	readonly mayReset?: (nowMs: number) => boolean;
}
