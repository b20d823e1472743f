/** Frames against vectors of an independent collection, and against every way of cutting a byte stream. */
import type { Frame } from '../wire/frames';
import {
	clientPreface,
	createFrameParser,
	dataFrame,
	encodeFrame,
	goawayFrame,
	readSettings,
	settingsFrame,
} from '../wire/frames';
import { frameVectors } from '../vectors/vectors';

function parse(bytes: Buffer, cut = bytes.length): Frame[] {
	const frames: Frame[] = [];
	const parser = createFrameParser((frame) => frames.push(frame));
	for (let at = 0; at < bytes.length; at += cut) parser.push(bytes.subarray(at, at + cut));
	return frames;
}

test.each(frameVectors)('$description is read and written back', ({ wire, frame }) => {
	const bytes = Buffer.from(wire, 'hex');
	const [parsed, ...more] = parse(bytes);
	expect(more).toEqual([]);
	expect(parsed).toMatchObject({ type: frame.type, flags: frame.flags, streamId: frame.stream_identifier });
	expect(parsed?.payload).toHaveLength(frame.length);
	expect(encodeFrame(frame.type, frame.flags, frame.stream_identifier, parsed?.payload)).toEqual(bytes);
});

test('the builders write what the vectors hold', () => {
	expect(goawayFrame(30, 9, 'hpack is broken').toString('hex')).toBe(
		'0000170700000000000000001e00000009687061636b2069732062726f6b656e',
	);
	expect(settingsFrame({ headerTableSize: 8192, maxConcurrentStreams: 5000 }).toString('hex')).toBe(
		'00000c040000000000000100002000000300001388',
	);
	expect(readSettings(Buffer.from('00010000200000030000138800ff00000001', 'hex'))).toEqual({
		headerTableSize: 8192,
		maxConcurrentStreams: 5000,
	});
});

test('a byte stream may be cut anywhere', () => {
	const bytes = Buffer.concat([
		settingsFrame({ maxFrameSize: 16_384 }),
		dataFrame(1, 'abc', false),
		dataFrame(1, '', true),
		goawayFrame(1, 0),
	]);
	const whole = parse(bytes);
	expect(whole).toHaveLength(4);
	for (let cut = 1; cut < bytes.length; cut += 1) expect(parse(bytes, cut)).toEqual(whole);
});

test('the preface is taken in pieces; what is none is told at its first wrong byte', () => {
	const frames: Frame[] = [];
	const bad: Buffer[] = [];
	const make = () =>
		createFrameParser((frame) => frames.push(frame), { onBadPreface: (received) => bad.push(received) });
	const good = make();
	for (const byte of Buffer.concat([clientPreface, settingsFrame({})])) good.push(Buffer.from([byte]));
	expect([frames.length, bad.length, good.atBoundary()]).toEqual([1, 0, true]);
	const wrong = make();
	wrong.push(Buffer.from('POST'));
	wrong.push(settingsFrame({}));
	expect([frames.length, bad.map(String)]).toEqual([1, ['POST']]);
});
