/** Which streams ended by a reset: frames on them may still be on their way and are forgiven (RFC 9113 §5.1). */

export interface ResetMemory {
	add(streamId: number): void;
	/** Whether the stream was reset, or ended so long ago that nobody knows. */
	mayHave(streamId: number): boolean;
}

/** Remembers the last `most` streams. */
export function createResetMemory(most: number): ResetMemory {
	const streams = new Set<number>();
	let forgottenUpTo = 0;
	return {
		add(streamId) {
			streams.add(streamId);
			if (streams.size <= most) return;
			for (const oldest of streams) {
				streams.delete(oldest);
				forgottenUpTo = Math.max(forgottenUpTo, oldest);
				break;
			}
		},
		mayHave: (streamId) => streamId <= forgottenUpTo || streams.has(streamId),
	};
}
