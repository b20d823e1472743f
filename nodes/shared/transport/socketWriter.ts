/** Writes a connection's output to its socket: one write per turn of the event loop, so that many requests share a TLS record. */
import type { TLSSocket } from 'node:tls';
import type { OutputQueue } from '../http2/outputQueue';
import type { Clock } from './clock';
import { timing } from './timing';

const EMPTY = Buffer.alloc(0);

export class SocketWriter {
	/** Octets handed to the socket so far. */
	handedBytes = 0;
	/** False while the socket's buffer is full; the owner sets it again on "drain". */
	writable = true;
	private scheduled = false;
	private socket: TLSSocket | undefined;

	constructor(
		private readonly clock: Clock,
		private readonly output: OutputQueue,
		/** Output was handed over and the socket takes more. */
		private readonly onHanded: () => void,
	) {}

	attach(socket: TLSSocket): void {
		this.socket = socket;
	}

	/** Flushes at the end of this turn. */
	scheduleFlush(): void {
		if (this.scheduled) return;
		this.scheduled = true;
		setImmediate(() => {
			this.scheduled = false;
			this.flush();
		});
	}

	/** Hands over what there is. */
	flush(): void {
		const { socket } = this;
		if (socket === undefined) return;
		const chunks = this.output.take();
		if (chunks.length === 0) return;
		if (chunks.length > 1) socket.cork();
		for (const chunk of chunks) {
			this.handedBytes += chunk.length;
			this.writable = socket.write(chunk, () => this.output.recycle(chunk));
		}
		if (chunks.length > 1) socket.uncork();
		if (this.writable) this.onHanded();
	}

	/** Flushes, and calls back once the socket has taken it all. */
	flushThen(written: () => void): void {
		this.flush();
		// An empty write behind it: its callback says that what stands before has been taken.
		this.socket?.write(EMPTY, written);
	}

	/** Hands over the rest, then FIN; a peer that does not close in time is not waited for. */
	end(): void {
		const { socket } = this;
		if (socket === undefined) return;
		this.flush();
		this.socket = undefined;
		socket.end();
		socket.resume();
		socket.unref();
		const timer = this.clock.after(timing.closeTimeoutMs, () => socket.destroy());
		socket.once('close', () => timer.cancel());
	}

	/** Ends at once; what was not handed over is lost. */
	destroy(): void {
		this.socket?.destroy();
		this.socket = undefined;
	}
}
