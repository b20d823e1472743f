/** What the end of a stream proves about its request, and the words for a GOAWAY and for headers that cannot be sent. */
import type { OpenRefusal, ProtocolStream, StreamEnd } from '../../../nodes/shared/http2/clientProtocol';
import { ErrorCode } from '../../../nodes/shared/http2/frames';
import { answered, goawayError, openRefusalError, withoutAnswer } from '../../../nodes/shared/transport/attempts';
import type { LaneRequest } from '../../../nodes/shared/transport/request';

const where = 'api.push.apple.com:443';

it.each<readonly [string, StreamEnd, number, boolean, string, string]>([
	['above the last stream of a GOAWAY', 'goaway', ErrorCode.NO_ERROR, true, 'notSent', 'goaway'],
	['with an answer that is not valid', 'malformed', ErrorCode.PROTOCOL_ERROR, true, 'unknown', 'malformedAnswer'],
	[
		'with an answer that is not valid, before it left',
		'malformed',
		ErrorCode.PROTOCOL_ERROR,
		false,
		'notSent',
		'malformedAnswer',
	],
	['refused', 'reset', ErrorCode.REFUSED_STREAM, true, 'notSent', 'refused'],
	['reset after it left', 'reset', ErrorCode.INTERNAL_ERROR, true, 'unknown', 'reset'],
	['reset before it left', 'reset', ErrorCode.INTERNAL_ERROR, false, 'notSent', 'reset'],
])('a stream that ended %s proves as much as it proves', (_how, end, code, left, kind, error) => {
	expect(withoutAnswer(where, end, code, left)).toMatchObject({
		kind,
		error: { code: error, message: expect.stringContaining(where) },
	});
});

it('a final status decides, with the body as far as it came', () => {
	const stream = (body: Buffer[] | undefined): ProtocolStream<LaneRequest> =>
		({ fields: [{ name: 'apns-id', value: 'A' }], body }) as unknown as ProtocolStream<LaneRequest>;
	expect(answered(stream(undefined), 200, true)).toEqual({
		kind: 'answered',
		status: 200,
		fields: [{ name: 'apns-id', value: 'A' }],
		body: Buffer.alloc(0),
		complete: true,
	});
	expect(answered(stream([Buffer.from('{"a'), Buffer.from('":')]), 400, false)).toMatchObject({
		status: 400,
		body: Buffer.from('{"a":'),
		complete: false,
	});
});

it.each<readonly [string, Buffer, string]>([
	['nothing', Buffer.alloc(0), '(NO_ERROR)'],
	['a reason', Buffer.from('{"reason":"Shutdown"}'), '(NO_ERROR, {"reason":"Shutdown"})'],
	['control characters', Buffer.from('a\r\n\x1b\x7fb~'), '(NO_ERROR, a????b~)'],
	['a long text', Buffer.alloc(300, 'x'), `(NO_ERROR, ${'x'.repeat(200)})`],
])('a GOAWAY with %s is told without what could harm a log', (_what, data, expected) => {
	expect(goawayError(where, ErrorCode.NO_ERROR, data)).toMatchObject({
		code: 'goaway',
		message: `${where}: the server closed the connection with GOAWAY ${expected}.`,
	});
});

it.each<readonly [OpenRefusal, string, string]>([
	['headerListTooLarge', 'headerListTooLarge', where],
	['illegalField', 'invalidHeader', 'header that cannot be sent'],
	['closed', 'replaced', where],
	['exhausted', 'replaced', where],
])('a stream that cannot be opened (%s) is told as %s', (refusal, code, words) => {
	expect(openRefusalError(where, refusal, [])).toMatchObject({ code, message: expect.stringContaining(words) });
});

it('a header that cannot be sent is named with what is wrong about it', () => {
	const fields = [{ name: 'apns-topic', value: 'a\nb', indexing: 'nameOnly' as const }];
	expect(openRefusalError(where, 'illegalField', fields).message).toMatch(/cannot be sent: .*apns-topic/);
});
