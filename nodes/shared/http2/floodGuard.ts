/** Stops a peer that keeps the client busy without answering anything (RFC 9113 §10.5). */
import { ErrorCode, ProtocolError } from './frames';
import type { ProtocolLimits } from './limits';

export interface FloodGuard {
	/** Counts a frame that brings no answer; throws ENHANCE_YOUR_CALM when there are too many for their time. */
	controlFrame(nowMs: number): void;
	/** An answer arrived: such a peer is doing its work, and may ask for some. */
	progress(): void;
	/** Counts an acknowledgement that waits to be written; throws when the peer asks faster than it reads. */
	acknowledgement(): void;
	/** All acknowledgements so far were taken by the socket. */
	acknowledgementsSent(): void;
}

/** A token bucket over control frames, and a bound on waiting acknowledgements. */
export function createFloodGuard(limits: ProtocolLimits): FloodGuard {
	let budget = limits.controlFrameBurst;
	let refilledAtMs: number | undefined;
	let unsent = 0;
	return {
		controlFrame(nowMs) {
			const elapsedMs = refilledAtMs === undefined ? 0 : Math.max(0, nowMs - refilledAtMs);
			refilledAtMs = nowMs;
			budget = Math.min(limits.controlFrameBurst, budget + (elapsedMs * limits.controlFramesPerSecond) / 1_000) - 1;
			if (budget < 0)
				throw new ProtocolError(
					ErrorCode.ENHANCE_YOUR_CALM,
					'the peer floods this client with frames that bring no answer',
				);
		},
		progress() {
			// What is above the burst is cut off by the next control frame.
			budget += 1;
		},
		acknowledgement() {
			unsent += 1;
			if (unsent > limits.maxUnsentAcknowledgements) {
				throw new ProtocolError(
					ErrorCode.ENHANCE_YOUR_CALM,
					'the peer asks for acknowledgements faster than it reads them',
				);
			}
		},
		acknowledgementsSent() {
			unsent = 0;
		},
	};
}
