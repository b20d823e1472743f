/** One request and its answer as the protocol keeps them, and how they end. */
import type { DecodedField } from './hpack/hpack';

/** How a stream ended, seen from the protocol. Whether an answer counts is read from `stream.status`. */
export type StreamEnd =
	/** END_STREAM received after a final status. */
	| 'complete'
	/** RST_STREAM received; `errorCode` is the peer's. */
	| 'reset'
	/** The answer broke the rules of HTTP; the stream was reset here. */
	| 'malformed'
	/** Above GOAWAY's last stream: not processed (RFC 9113 §6.8). */
	| 'goaway';

/** One request and what has come back so far. `C` is the owner's own record. */
export interface ProtocolStream<C> {
	readonly id: number;
	readonly context: C;
	/** Final `:status`, once received. */
	status: number | undefined;
	/** Fields of the final response head, `:status` included. */
	fields: readonly DecodedField[];
	/** DATA received so far; undefined when there was none. */
	body: Buffer[] | undefined;
	/** Octets of connection output up to and including the frame with END_STREAM; Infinity until it is appended. */
	endOffset: number;
	sendWindow: number;
	/** Request octets still to be sent; undefined when all are appended. */
	unsent: Buffer | undefined;
	bodyBytes: number;
	contentLength: number | undefined;
	unreturnedWindow: number;
}
