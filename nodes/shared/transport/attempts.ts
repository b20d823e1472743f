/** What the end of a stream proves about its request (answered, not sent, or unknown), and what a GOAWAY says. */
import type { OpenRefusal, ProtocolStream, StreamEnd } from '../http2/clientProtocol';
import { requestProblem } from '../http2/fieldRules';
import { ErrorCode, errorCodeName } from '../http2/frames';
import type { HeaderField } from '../http2/hpack/hpack';
import { TransportError } from './errors';
import type { Attempt, LaneRequest } from './request';
import { timing } from './timing';

const EMPTY = Buffer.alloc(0);

/** A final status decides even if the body is cut; of such a body only the beginning is kept, where a reason stands. */
export function answered(stream: ProtocolStream<LaneRequest>, status: number, complete: boolean): Attempt {
	return {
		kind: 'answered',
		status,
		fields: stream.fields,
		body: stream.body === undefined ? EMPTY : complete ? Buffer.concat(stream.body) : beginningOf(stream.body),
		complete,
	};
}

/** A copy: a slice would hold on to all of it. */
function beginningOf(parts: readonly Buffer[]): Buffer {
	const bytes = parts.reduce((sum, { length }) => sum + length, 0);
	return Buffer.concat(parts, Math.min(bytes, timing.cutBodyBytes));
}

/** What a stream without a final status proves (RFC 9113 §6.8, §8.7). `left`: the frame with END_STREAM was appended. */
export function withoutAnswer(where: string, end: StreamEnd, errorCode: number, left: boolean): Attempt {
	if (end === 'goaway') {
		return {
			kind: 'notSent',
			error: new TransportError('goaway', `${where}: the server closed the connection before it took this request.`),
		};
	}
	if (end === 'malformed') {
		const text = `${where}: the answer was not valid HTTP/2 (${errorCodeName(errorCode)}).`;
		return { kind: left ? 'unknown' : 'notSent', error: new TransportError('malformedAnswer', text) };
	}
	if (errorCode === ErrorCode.REFUSED_STREAM) {
		return {
			kind: 'notSent',
			error: new TransportError('refused', `${where}: the server refused the stream (REFUSED_STREAM).`),
		};
	}
	const error = new TransportError('reset', `${where}: the server reset the stream (${errorCodeName(errorCode)}).`);
	return { kind: left ? 'unknown' : 'notSent', error };
}

/** What a GOAWAY says. The text is for people; control characters and length are bounded, since it may come from anywhere. */
export function goawayError(where: string, errorCode: number, debugData: Buffer): TransportError {
	const text = debugData.toString('latin1', 0, 200).replace(/[^\x20-\x7e]/g, '?');
	return new TransportError(
		'goaway',
		`${where}: the server closed the connection with GOAWAY (${errorCodeName(errorCode)}${text === '' ? '' : `, ${text}`}).`,
	);
}

/** Why no stream could be opened for these headers. */
export function openRefusalError(where: string, refusal: OpenRefusal, fields: readonly HeaderField[]): TransportError {
	switch (refusal) {
		case 'headerListTooLarge':
			return new TransportError(refusal, `${where}: the headers are larger than the server takes.`);
		case 'illegalField':
			return new TransportError(
				'invalidHeader',
				`The request has a header that cannot be sent: ${requestProblem(fields) ?? 'unknown'}.`,
			);
		case 'closed':
		case 'exhausted':
			return new TransportError('replaced', `${where}: the connection takes no more streams.`);
	}
}
