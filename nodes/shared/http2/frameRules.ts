/** What RFC 9113 §6 asks of a frame by itself: where it may stand, and how long it is. */
import { ErrorCode, Flag, FrameType, ProtocolError } from './frames';

interface FrameRule {
	readonly name: string;
	/** The connection (stream 0), a stream, or either. */
	readonly on: 'connection' | 'stream' | 'either';
	/** Whether a stream must be one this client opened: others are idle, or the server's, which opens none (§5.1). */
	readonly opened: boolean;
	/** What is wrong with a payload of this length. */
	readonly lengthProblem?: (length: number, flags: number) => string | undefined;
}

const exactly =
	(octets: number) =>
	(length: number): string | undefined =>
		length === octets ? undefined : `of ${length} octets instead of ${octets}`;

/** One row a type, by its number. PRIORITY's length is judged by the state of its stream, PUSH_PROMISE is never legal here. */
const rules: ReadonlyArray<FrameRule | undefined> = (() => {
	const rows: FrameRule[] = [];
	rows[FrameType.DATA] = { name: 'DATA', on: 'stream', opened: true };
	rows[FrameType.HEADERS] = { name: 'HEADERS', on: 'stream', opened: true };
	rows[FrameType.PRIORITY] = { name: 'PRIORITY', on: 'stream', opened: false };
	rows[FrameType.RST_STREAM] = { name: 'RST_STREAM', on: 'stream', opened: true, lengthProblem: exactly(4) };
	rows[FrameType.SETTINGS] = {
		name: 'SETTINGS',
		on: 'connection',
		opened: false,
		lengthProblem: (length, flags) =>
			(flags & Flag.ACK) !== 0 ? exactly(0)(length) : length % 6 === 0 ? undefined : `of ${length} octets, not pairs`,
	};
	rows[FrameType.PING] = { name: 'PING', on: 'connection', opened: false, lengthProblem: exactly(8) };
	rows[FrameType.GOAWAY] = {
		name: 'GOAWAY',
		on: 'connection',
		opened: false,
		lengthProblem: (length) => (length < 8 ? `of ${length} octets, fewer than 8` : undefined),
	};
	rows[FrameType.WINDOW_UPDATE] = { name: 'WINDOW_UPDATE', on: 'either', opened: true, lengthProblem: exactly(4) };
	rows[FrameType.CONTINUATION] = { name: 'CONTINUATION', on: 'stream', opened: false };
	return rows;
})();

/** Whether this client opened the stream; `nextStreamId` is the next one it would. Client ids are odd (§5.1.1). */
export function isOpened(streamId: number, nextStreamId: number): boolean {
	return (streamId & 1) === 1 && streamId < nextStreamId;
}

/** Throws `ProtocolError` for a frame that is wrong whatever came before it. Unknown types have no rule (§4.1). */
export function checkFrame(type: number, flags: number, streamId: number, length: number, nextStreamId: number): void {
	const rule = rules[type];
	if (rule === undefined) return;
	if (streamId === 0) {
		if (rule.on === 'stream') throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, `${rule.name} on stream 0`);
	} else if (rule.on === 'connection') {
		throw new ProtocolError(ErrorCode.PROTOCOL_ERROR, `${rule.name} on a stream`);
	} else if (rule.opened && !isOpened(streamId, nextStreamId)) {
		throw new ProtocolError(
			ErrorCode.PROTOCOL_ERROR,
			`${rule.name} on stream ${streamId}, which this client did not open`,
		);
	}
	const problem = rule.lengthProblem?.(length, flags);
	if (problem !== undefined) throw new ProtocolError(ErrorCode.FRAME_SIZE_ERROR, `${rule.name} ${problem}`);
}
