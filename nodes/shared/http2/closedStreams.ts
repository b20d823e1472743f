/** How streams ended that are gone: it decides what a late frame on one means (RFC 9113 §5.1). */

export type Closed =
	/** Reset here or above GOAWAY's last stream, or so long ago that nobody knows: late frames were on their way. */
	| 'forgiven'
	/** By the peer's RST_STREAM, behind which it may send nothing. */
	| 'resetByPeer'
	/** By END_STREAM, behind which it may send nothing. */
	| 'ended';

export interface ClosedStreams {
	/** Late frames of this stream are forgiven from now on. */
	forgive(streamId: number): void;
	/** The peer sent RST_STREAM on it. */
	resetByPeer(streamId: number): void;
	/** How a stream ended that is in the table no more. */
	how(streamId: number): Closed;
}

/** Remembers the last `most` streams that did not end by END_STREAM. */
export function createClosedStreams(most: number): ClosedStreams {
	const streams = new Map<number, 'forgiven' | 'resetByPeer'>();
	let forgottenUpTo = 0;
	const remember = (streamId: number, how: 'forgiven' | 'resetByPeer'): void => {
		streams.set(streamId, how);
		if (streams.size <= most) return;
		for (const oldest of streams.keys()) {
			streams.delete(oldest);
			forgottenUpTo = Math.max(forgottenUpTo, oldest);
			break;
		}
	};
	return {
		forgive: (streamId) => remember(streamId, 'forgiven'),
		resetByPeer: (streamId) => remember(streamId, 'resetByPeer'),
		how: (streamId) => streams.get(streamId) ?? (streamId <= forgottenUpTo ? 'forgiven' : 'ended'),
	};
}
