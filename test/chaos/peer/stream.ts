/** One request on a connection of the peer, from its HEADERS to its answer. */
import { cell, type Journal } from '../journal';
import type { RequestHead } from './requestHead';

export interface Stream {
	readonly id: number;
	/** Its number in the world. */
	readonly request: number;
	/** Octets of DATA the client may still send. */
	window: number;
	bodyBytes: number;
	/** The beginning of the body, enough to name its request. */
	bodyHead: string;
	/** END_STREAM came. */
	whole: boolean;
	/** Version of the credential it carries. */
	readonly version: number;
	readonly token: string;
	readonly method: string;
	readonly kind: RequestHead['kind'];
	readonly apnsId: string;
	/** Held back until a GOAWAY says what becomes of it. */
	parked: boolean;
	/** More window is on its way. */
	waitsForGrant: boolean;
	/** Answered, reset or disowned. */
	over: boolean;
}

/** Octets of a body that name its request and its length: `{"n":"0000007b","l":"0040"`. */
const BODY_HEAD_BYTES = 26;

export function openStream(id: number, head: RequestHead, version: number, window: number): Stream {
	const { request, token, method, kind, apnsId } = head;
	return {
		id,
		request,
		window,
		bodyBytes: 0,
		bodyHead: '',
		whole: false,
		version,
		token,
		method,
		kind,
		apnsId,
		parked: false,
		waitsForGrant: false,
		over: false,
	};
}

/** Takes DATA of the stream. */
export function takeBody(stream: Stream, payload: Buffer): void {
	if (stream.bodyHead.length < BODY_HEAD_BYTES)
		stream.bodyHead += payload.toString('latin1', 0, BODY_HEAD_BYTES - stream.bodyHead.length);
	stream.bodyBytes += payload.length;
}

/** END_STREAM came: the request arrived whole, with its own body. */
export function becomeWhole(stream: Stream, journal: Journal): void {
	const { pushes } = journal;
	const { request } = stream;
	stream.whole = true;
	pushes.whole[request] = cell(pushes.whole, request) + 1;
	if (stream.bodyBytes === 0 || stream.kind === 'channel') return;
	const named = stream.bodyHead.slice(6, 14);
	const length = Number.parseInt(stream.bodyHead.slice(21, 25), 16);
	const own = request.toString(16).padStart(8, '0');
	if (named !== own && named !== 'shared--')
		journal.breach('bodyBelongsToItsRequest', `request ${request} came with the body of ${named}`);
	if (length !== stream.bodyBytes)
		journal.breach('bodyBelongsToItsRequest', `request ${request}: ${stream.bodyBytes} octets of ${length}`);
}
