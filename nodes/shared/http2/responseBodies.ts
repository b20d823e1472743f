/** Bodies of answers as they come in, and how much of them one connection may hold. */
import type { ProtocolLimits } from './limits';
import type { ProtocolStream } from './protocolStream';

export class ResponseBodies<C> {
	/** Octets of all bodies kept for streams that are still open. */
	private kept = 0;

	constructor(private readonly limits: ProtocolLimits) {}

	/** Counts what came for a stream and, unless it was abandoned, keeps it; false when its body is longer than one may be. */
	add(stream: ProtocolStream<C>, bytes: Buffer, start: number, end: number): boolean {
		stream.bodyBytes += end - start;
		if (stream.bodyBytes > this.limits.maxResponseBodyBytes) return false;
		if (stream.abandoned || start === end) return true;
		this.kept += end - start;
		stream.keptBytes += end - start;
		append((stream.body ??= []), Buffer.from(bytes.subarray(start, end)));
		return true;
	}

	/** The stream is gone or abandoned: what it holds is its owner's from now on. */
	release(stream: ProtocolStream<C>): void {
		this.kept -= stream.keptBytes;
		stream.keptBytes = 0;
	}

	/** The stream to cut when all bodies together are too much: the one that holds most, so that small answers come through. */
	surplus(streams: Iterable<ProtocolStream<C>>): ProtocolStream<C> | undefined {
		if (this.kept <= this.limits.maxKeptBodyBytes) return undefined;
		let largest: ProtocolStream<C> | undefined;
		for (const stream of streams) {
			if (stream.keptBytes > (largest?.keptBytes ?? 0)) largest = stream;
		}
		return largest;
	}
}

/** Adds a part, merged into those before it that are no longer: a body that comes in single octets stays a few buffers. */
function append(parts: Buffer[], part: Buffer): void {
	let merged = part;
	for (let last = parts.at(-1); last !== undefined && last.length <= merged.length; last = parts.at(-1)) {
		parts.pop();
		merged = Buffer.concat([last, merged]);
	}
	parts.push(merged);
}
