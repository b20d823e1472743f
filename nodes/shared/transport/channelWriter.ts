/** Writes a connection's output to its channel: what there is goes in one piece, so that many requests share a TLS record. */
import type { OutputQueue } from '../http2/outputQueue';
import type { Clock } from './clock';
import type { Channel } from './network';
import { timing } from './timing';

export class ChannelWriter {
	/** Octets handed to the channel so far. */
	handedBytes = 0;
	/** False while the channel's buffer is full. */
	writable = true;
	private channel: Channel | undefined;

	constructor(
		private readonly output: OutputQueue,
		/** What was handed over is on its way, and the channel takes more. */
		private readonly onHanded: () => void,
	) {}

	/** Output goes to this channel from the next `flush` on. */
	attach(channel: Channel): void {
		this.channel = channel;
	}

	/** Hands over what there is; `written` is called once the channel has taken it all. */
	flush(written?: () => void): void {
		const { channel } = this;
		if (channel === undefined) return;
		const chunks = this.output.take();
		if (chunks.length === 0) return written?.();
		const last = chunks[chunks.length - 1];
		if (chunks.length > 1) channel.cork();
		for (const chunk of chunks) {
			this.handedBytes += chunk.length;
			this.writable = channel.write(chunk, () => {
				this.output.recycle(chunk);
				if (chunk === last) written?.();
			});
		}
		if (chunks.length > 1) channel.uncork();
		if (this.writable) this.onHanded();
	}

	/** The channel's buffer is empty again. */
	drained(): void {
		this.writable = true;
		this.onHanded();
	}

	/** Hands over the rest, then FIN. Gives the channel away: the caller sees to its end. */
	end(): Channel | undefined {
		const { channel } = this;
		if (channel === undefined) return undefined;
		this.flush();
		this.channel = undefined;
		channel.end();
		channel.keepAlive(false);
		return channel;
	}

	/** Ends at once; what was not handed over is lost. */
	destroy(): void {
		this.channel?.destroy();
		this.channel = undefined;
	}
}

/** Waits for the peer's FIN after ours; a peer that does not close in time is not waited for. */
export function awaitClose(channel: Channel, clock: Clock): void {
	const timer = clock.after(timing.closeTimeoutMs, () => channel.destroy());
	channel.listen({
		onData: () => undefined,
		onDrain: () => undefined,
		onEnd: () => undefined,
		onError: () => undefined,
		onClose: () => timer.cancel(),
	});
}
