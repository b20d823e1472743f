/** One request's life on a stream: collected, judged or struck by a fault, answered, noted. */
import type { ServerHttp2Stream } from 'node:http2';
import type { Answer, ApiRequest, Judgement } from './api';
import { errorAnswer, serverMadeId } from './api';
import type { Connection } from './connection';
import type { Credential } from './credentialRules';
import type { Environment } from './facts';
import type { Action } from './faults';
import { errorCodes } from '../../test/wire/frames';
import type { JournalWriter, PortRole, RequestRecord } from './journal';
import type { TokenVerifier } from './providerToken';
import { bearerOf, bind } from './providerToken';
import { certificateTrouble } from './certificates';
import { headerOf, isUuid } from './rules';
import type { Teams } from './teams';

/**
 * Where END_STREAM of a success without a body stands: on HEADERS (Apple's page), on an empty DATA frame after them
 * (seen of the live service, pushiko 2025), or on each in turn.
 */
export type SuccessEnding = 'headers' | 'data' | 'alternate';

export interface ExchangeOptions {
	readonly environment: Environment;
	readonly clock: () => number;
	readonly journal: JournalWriter;
	readonly teams: Teams;
	readonly verifier: TokenVerifier;
	readonly strictTokenUpdates: boolean;
	readonly provenStreamLimit: number;
	/** Fall to one stream after a rejected request and rise after an accepted one (pushy #732). */
	readonly dropStreamsOnReject: boolean;
	readonly successEnding: SuccessEnding;
	readonly answerDelayMs: (request: RequestRecord) => number;
	readonly judge: (role: PortRole, request: ApiRequest) => Judgement;
	readonly actionFor: (request: RequestRecord) => Action | undefined;
	/** Runs `then` later, unless the simulator closes first. */
	readonly later: (ms: number, then: () => void) => void;
}

/** Node adds a `date` unless told not to (an option its types leave out); dumps of the live service show none. */
const headersOnly = { endStream: true, sendDate: false };
const headersFirst = { endStream: false, sendDate: false };

/** Whether the stream ends with its HEADERS. Streams of a client have odd numbers: every other one is 1 modulo 4. */
function endsWithHeaders(status: number, streamId: number, ending: SuccessEnding): boolean {
	if (status >= 300 || ending === 'headers') return true;
	return ending === 'alternate' && streamId % 4 === 1;
}

function parseJson(body: Buffer): unknown {
	try {
		return JSON.parse(body.toString('utf8')) as unknown;
	} catch {
		return undefined;
	}
}

function pairs(rawHeaders: readonly string[]): Array<readonly [string, string]> {
	const lines: Array<readonly [string, string]> = [];
	for (let at = 0; at + 1 < rawHeaders.length; at += 2) lines.push([rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '']);
	return lines;
}

/** Begins an exchange: notes the request, gathers its body, then carries on by itself. */
export function beginExchange(
	connection: Connection,
	stream: ServerHttp2Stream,
	rawHeaders: readonly string[],
	options: ExchangeOptions,
): void {
	const { journal, clock } = options;
	const lines = pairs(rawHeaders);
	const streamId = stream.id ?? 0;
	const record = journal.addRequest({
		connectionId: connection.record.id,
		streamId,
		role: connection.record.role,
		method: headerOf(lines, ':method') ?? '',
		path: headerOf(lines, ':path') ?? '',
		authority: headerOf(lines, ':authority'),
		headers: lines.filter(([name]) => !name.startsWith(':')),
		...connection.takeHeaderBlock(streamId),
		arrivedAtMs: clock(),
		body: Buffer.alloc(0),
		json: undefined,
		complete: false,
	});
	journal.events.emit('request', record);
	journal.changed();
	const chunks: Buffer[] = [];
	stream.on('data', (chunk: Buffer) => chunks.push(chunk));
	stream.once('end', () => {
		if (stream.aborted || stream.destroyed) return;
		record.body = Buffer.concat(chunks);
		record.json = parseJson(record.body);
		record.complete = true;
		journal.events.emit('complete', record);
		journal.changed();
		// A stream above the last one a GOAWAY named was never processed (RFC 9113 §6.8).
		if (streamId > connection.lastStreamId()) journal.end(record, 'ignored');
		else act(options.actionFor(record));
	});
	stream.once('close', () => journal.end(record, 'aborted'));

	function judgement(): Judgement {
		const { certificate, binding } = connection;
		const jwt = bearerOf(headerOf(record.headers, 'authorization'));
		const credential: Credential = {
			certificate,
			trouble: certificate === undefined ? undefined : certificateTrouble(certificate, options.environment, clock()),
			bearer: jwt !== undefined,
			token: jwt === undefined || certificate !== undefined ? undefined : options.verifier.verify(jwt),
			binding,
			environment: options.environment,
			nowMs: clock(),
			strictTokenUpdates: options.strictTokenUpdates,
		};
		const { method, path, headers, body, json } = record;
		const judged = options.judge(connection.record.role, {
			method,
			path,
			headers,
			body,
			json,
			credential,
			environment: options.environment,
			nowMs: clock(),
		});
		if (judged.credentialAccepted && credential.token !== undefined)
			bind(binding, credential.token, options.teams, clock());
		if (judged.wedges) binding.wedged = true;
		return judged;
	}

	/** The stream limit after an answer: 1 until a good token was seen, and as the options say after that. */
	function adjustStreams({ answer, credentialAccepted, wedges }: Judgement): void {
		const failed = answer.status >= 400 && answer.status !== 410;
		if (wedges) connection.setStreamLimit(1, true);
		else if (credentialAccepted && (!failed || !options.dropStreamsOnReject))
			connection.setStreamLimit(options.provenStreamLimit);
		else if (failed && options.dropStreamsOnReject) connection.setStreamLimit(1, true);
		// 410 is no error in the sense of "too many errors" (table of "Handling notification responses").
		connection.noteAnswer(failed);
	}

	function answerHonestly(): void {
		const judged = judgement();
		const delayMs = options.answerDelayMs(record);
		const go = () => {
			send(judged.answer);
			adjustStreams(judged);
		};
		if (delayMs > 0) options.later(delayMs, go);
		else go();
	}

	function send({ status, reason, headers, body }: Answer): void {
		if (stream.destroyed || stream.closed) return;
		const empty = body === undefined || body.length === 0;
		const whole = empty && endsWithHeaders(status, streamId, options.successEnding);
		stream.respond({ ':status': status, ...headers }, whole ? headersOnly : headersFirst);
		if (!whole) stream.end(body);
		record.answer = { status, reason, headers, atMs: clock() };
		journal.end(record, 'answered');
	}

	function idHeader(): Record<string, string> {
		const name = record.path.startsWith('/3/') ? 'apns-id' : 'apns-request-id';
		const asked = headerOf(record.headers, name);
		return { [name]: asked !== undefined && isUuid(asked) ? asked : serverMadeId() };
	}

	function reset(code: number): void {
		if (!stream.destroyed && !stream.closed) stream.close(code);
	}

	function act(action: Action | undefined): void {
		switch (action?.type) {
			case undefined:
				return answerHonestly();
			case 'delay':
				return options.later(action.ms, () => act(action.then));
			case 'limit':
				connection.setStreamLimit(action.streams, action.refuseSurplus);
				return act(action.then);
			case 'stall':
				return journal.end(record, 'stalled');
			case 'refuse':
				journal.end(record, 'refused');
				return reset(errorCodes.REFUSED_STREAM);
			case 'reset':
				journal.end(record, 'reset');
				return reset(action.code);
			case 'cut':
				journal.end(record, 'cut');
				return action.how === 'fin' ? connection.wire.end() : connection.cut();
			case 'goaway':
				return goaway(action);
			case 'answer': {
				const headers = { ...idHeader(), ...action.headers };
				if (action.reason !== undefined) return send(errorAnswer(action.reason, headers, action));
				return send({
					status: action.status,
					headers,
					body: action.body === undefined ? undefined : Buffer.from(action.body),
				});
			}
			case 'halfAnswer':
				return halfAnswer(action);
		}
	}

	function goaway(action: Action & { type: 'goaway' }): void {
		connection.goaway(action, streamId);
		if (streamId > connection.lastStreamId()) return journal.end(record, 'ignored');
		if (action.then === 'close' || action.then === 'cut') return journal.end(record, 'cut');
		return answerHonestly();
	}

	function halfAnswer({ status, headers, body, how, code }: Action & { type: 'halfAnswer' }): void {
		if (stream.destroyed || stream.closed) return;
		stream.respond({ ':status': status, ...idHeader(), ...headers }, headersFirst);
		record.answer = { status, headers: headers ?? {}, atMs: clock() };
		journal.end(record, 'half-answered');
		// The end comes once the frames so far have left: Node would drop them together with the stream.
		const finish = () =>
			setImmediate(() =>
				how === 'reset' ? reset(code ?? errorCodes.INTERNAL_ERROR) : how === 'cut' ? connection.cut() : undefined,
			);
		if (body === undefined) finish();
		else stream.write(body, finish);
	}
}
