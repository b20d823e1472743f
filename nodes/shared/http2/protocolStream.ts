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

const EMPTY_FIELDS: readonly DecodedField[] = [];

/** One request and what has come back so far. `C` is the owner's own record. The owner reads it; the protocol alone writes. */
export class ProtocolStream<C> {
	/** Final `:status`, once received. */
	status: number | undefined = undefined;
	/** Fields of the final response head, `:status` included. */
	fields: readonly DecodedField[] = EMPTY_FIELDS;
	/** DATA received so far; undefined when there was none, or when the stream was abandoned. */
	body: Buffer[] | undefined = undefined;
	/** Octets of connection output up to and including the frame with END_STREAM; Infinity until it is appended. */
	endOffset = Infinity;
	/** True once the owner gave the stream up; the peer may still answer. */
	abandoned = false;
	/** Request octets still to be sent; undefined when all are appended, or were dropped with the stream. */
	unsent: Buffer | undefined = undefined;
	/** Octets of its body received, kept or not. */
	bodyBytes = 0;
	/** Those of them that count as kept by the connection. */
	keptBytes = 0;
	contentLength: number | undefined = undefined;
	/** Octets received and not credited yet. */
	owedWindow = 0;
	/** True once the peer ended its side while ours stayed open: answered and told, only its slot is still taken. */
	answered = false;

	constructor(
		readonly id: number,
		readonly context: C,
		public sendWindow: number,
	) {}

	/** Whether the frame with END_STREAM was appended: from then on nothing takes the request back. */
	get ended(): boolean {
		return this.endOffset !== Infinity;
	}
}
