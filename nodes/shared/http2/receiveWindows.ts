/** What the peer may send now, and the credit it gets back for what it sent (RFC 9113 §5.2, §6.9). */
import { ErrorCode, FrameType, ProtocolError, uint32Frame } from './frames';
import { DEFAULT_WINDOW_BYTES, type ProtocolLimits } from './limits';
import type { OutputQueue } from './outputQueue';
import type { ProtocolStream } from './protocolStream';

export class ReceiveWindows {
	/** Octets received and not credited yet. */
	private owed = 0;

	constructor(
		private readonly output: OutputQueue,
		private readonly limits: ProtocolLimits,
	) {}

	/** Opens the connection's window as far as the limits say; each stream's is opened by SETTINGS. */
	announce(): void {
		const extra = this.limits.connectionWindowBytes - DEFAULT_WINDOW_BYTES;
		if (extra > 0) this.output.append(uint32Frame(FrameType.WINDOW_UPDATE, 0, extra));
	}

	/**
	 * Counts a DATA frame of any stream, padding included. Every octet is credited back, wanted or not: a push left behind
	 * must not shrink the window (§6.9). Throws `ProtocolError` beyond the window.
	 */
	take(length: number): void {
		const { connectionWindowBytes } = this.limits;
		this.owed += length;
		if (this.owed > connectionWindowBytes) {
			throw new ProtocolError(ErrorCode.FLOW_CONTROL_ERROR, 'DATA beyond the connection window');
		}
		if (this.owed < connectionWindowBytes >>> 1) return;
		this.output.append(uint32Frame(FrameType.WINDOW_UPDATE, 0, this.owed));
		this.owed = 0;
	}

	/** Counts a DATA frame of an open stream; false beyond its window. */
	takeFrom(stream: ProtocolStream<unknown>, length: number): boolean {
		stream.owedWindow += length;
		return stream.owedWindow <= this.limits.streamWindowBytes;
	}

	/** Credits a stream that goes on. */
	giveBack(stream: ProtocolStream<unknown>): void {
		if (stream.owedWindow < this.limits.streamWindowBytes >>> 1) return;
		this.output.append(uint32Frame(FrameType.WINDOW_UPDATE, stream.id, stream.owedWindow));
		stream.owedWindow = 0;
	}
}
