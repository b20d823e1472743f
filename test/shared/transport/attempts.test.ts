/** What is kept of an answer: a whole body whole, of a cut one the beginning, however it came. */
import { ProtocolStream } from '../../../nodes/shared/http2/protocolStream';
import { answered } from '../../../nodes/shared/transport/attempts';
import type { LaneRequest } from '../../../nodes/shared/transport/request';
import { timing } from '../../../nodes/shared/transport/timing';

const kept = (parts: Buffer[] | undefined, complete: boolean) => {
	const stream = new ProtocolStream<LaneRequest>(1, {} as LaneRequest, 0);
	stream.body = parts;
	const attempt = answered(stream, 400, complete);
	return attempt.kind === 'answered' ? attempt.body : undefined;
};

const long = Buffer.alloc(timing.cutBodyBytes + 1, 'x');

test('a whole body is kept, however long it is', () => {
	expect(kept([long, long], true)?.length).toBe(long.length * 2);
});

test('the beginning of a cut body is kept, of all its parts', () => {
	expect(kept([Buffer.from('{"reason":'), Buffer.from('"BadDeviceToken"}')], false)?.toString()).toBe(
		'{"reason":"BadDeviceToken"}',
	);
	expect(kept([Buffer.from('{'), long], false)?.length).toBe(timing.cutBodyBytes);
});

test('what is kept of a cut body does not hold the rest of it', () => {
	expect(kept([long], false)?.buffer.byteLength).toBeLessThan(long.length + 8_192);
	expect(kept([long], false)?.buffer).not.toBe(long.buffer);
});

test.each([true, false])('no body is an empty one (whole: %s)', (complete) => {
	expect(kept(undefined, complete)).toHaveLength(0);
	expect(kept([], complete)).toHaveLength(0);
});
