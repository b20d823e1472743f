/** What APNs would refuse is refused before it is sent, with field, problem and remedy. */
import type { Notification } from '../../../nodes/shared/apns/notification';
import { problemOf } from './problemOf';
import { checkBundleId, checkChannelId, checkNotification, checkUuid } from '../../../nodes/shared/apns/validate';

const payload = Buffer.from('{"aps":{"alert":"x"}}');
const good: Notification = {
	deviceToken: 'aa'.repeat(32),
	topic: 'com.example.app',
	pushType: 'alert',
	priority: 10,
	expirationSeconds: 1_800_000_000,
	collapseId: 'game 7',
	apnsId: '123e4567-e89b-12d3-a456-426614174000',
	payload,
};

describe('a notification before it is sent', () => {
	it.each<readonly [string, Partial<Notification>]>([
		['with everything', {}],
		[
			'with the least',
			{
				topic: undefined,
				pushType: undefined,
				priority: undefined,
				expirationSeconds: undefined,
				collapseId: undefined,
				apnsId: undefined,
			},
		],
		['with a push type of the future', { pushType: 'hologram', priority: 1 }],
		['with an expiration in the last second of 9999', { expirationSeconds: 253_402_300_799 }],
		['with a collapse id of 64 bytes', { collapseId: 'x'.repeat(64) }],
		['with an expiration of 0', { expirationSeconds: 0 }],
		['with a payload of 4,096 bytes', { payload: Buffer.alloc(4_096, 0x20) }],
		['with a VoIP payload of 5,120 bytes', { pushType: 'voip', payload: Buffer.alloc(5_120, 0x20) }],
		['with {} for Wallet', { topic: 'pass.com.example', payload: Buffer.from('{}') }],
	])('is accepted %s', (_name, change) => {
		expect(problemOf(() => checkNotification({ ...good, ...change }))).toBe('accepted');
	});

	it.each<readonly [string, Partial<Notification>, string]>([
		[
			'a line break in the topic',
			{ topic: 'com.example\r\nx: y' },
			"'Topic' contains characters not allowed in a bundle ID.",
		],
		['a slash in the topic', { topic: 'com.example/app' }, "'Topic' contains characters not allowed in a bundle ID."],
		['an empty topic', { topic: '' }, "'Topic' contains characters not allowed in a bundle ID."],
		['a blank in the push type', { pushType: 'alert x' }, `'Push Type' is "alert x", which is not a push type.`],
		[
			'a push type in another spelling',
			{ pushType: 'LiveActivity', priority: undefined },
			`'Push Type' is "LiveActivity", which APNs writes liveactivity.`,
		],
		['priority 7', { priority: 7 }, "'Priority' cannot be 7 for Alert pushes."],
		[
			'priority 10 for background',
			{ pushType: 'background', priority: 10 },
			"'Priority' cannot be 10 for Background pushes.",
		],
		[
			'priority 1 for a Live Activity',
			{ pushType: 'liveactivity', priority: 1 },
			"'Priority' cannot be 1 for Live Activity pushes.",
		],
		['priority 7 for a type of the future', { pushType: 'hologram', priority: 7 }, "'Priority' cannot be 7."],
		['a negative expiration', { expirationSeconds: -1 }, "'Expiration' must be a time in UNIX seconds, but is -1."],
		['half a second', { expirationSeconds: 1.5 }, "'Expiration' must be a time in UNIX seconds, but is 1.5."],
		[
			'an expiration in microseconds',
			{ expirationSeconds: 1_800_000_000_000_000 },
			"'Expiration' must be a time in UNIX seconds, but is 1800000000000000.",
		],
		[
			'a collapse id of 65 bytes',
			{ collapseId: 'x'.repeat(65) },
			"'Collapse ID' has 65 bytes, more than the 64 allowed.",
		],
		[
			'a collapse id of 33 letters of two bytes',
			{ collapseId: 'ü'.repeat(33) },
			"'Collapse ID' has 66 bytes, more than the 64 allowed.",
		],
		[
			'a collapse id that no header carries',
			{ collapseId: 'grüße' },
			"'Collapse ID' contains characters that cannot be sent in a header.",
		],
		[
			'a line break in the collapse id',
			{ collapseId: 'a\nb' },
			"'Collapse ID' contains characters that cannot be sent in a header.",
		],
		[
			'a blank at the end of the collapse id',
			{ collapseId: 'a ' },
			"'Collapse ID' contains characters that cannot be sent in a header.",
		],
		['an id that is no UUID', { apnsId: '42' }, "'APNs ID' is not a UUID."],
		['no payload', { payload: Buffer.alloc(0) }, 'The payload is empty.'],
		[
			'a payload too large',
			{ payload: Buffer.alloc(4_097) },
			'The payload has 4097 bytes, 1 more than the 4096 allowed.',
		],
		[
			'a VoIP payload too large',
			{ pushType: 'voip', payload: Buffer.alloc(5_121) },
			'The payload has 5121 bytes, 1 more than the 5120 allowed.',
		],
	])('is refused for %s', (_name, change, problem) => {
		expect(problemOf(() => checkNotification({ ...good, ...change }))).toBe(problem);
	});

	it('gets its id in lower case', () => {
		expect(checkUuid('apnsId', '123E4567-E89B-12D3-A456-426614174000')).toBe('123e4567-e89b-12d3-a456-426614174000');
	});
});

describe('a channel before it is used', () => {
	it.each<readonly [string, string]>([
		['com.example.app', 'accepted'],
		['com.example.my-app', 'accepted'],
		['com.example.app.push-type.liveactivity', "'Bundle ID' cannot end in .push-type.liveactivity for channels."],
		['com.example/../x', "'Bundle ID' contains characters not allowed in a bundle ID."],
		['', "'Bundle ID' contains characters not allowed in a bundle ID."],
		['a b', "'Bundle ID' contains characters not allowed in a bundle ID."],
	])('bundle id %j: %s', (bundleId, answer) => {
		expect(problemOf(() => checkBundleId('bundleId', bundleId))).toBe(answer);
	});

	it.each<readonly [string, string]>([
		['dHN0LXNyY2gtY2hubA==', 'accepted'],
		['A'.repeat(512), 'accepted'],
		['', "'Channel' is empty."],
		['dHN0 LXNy', `'Channel' is not a channel ID: "dHN0 LXNy".`],
		['dHN0\r\nx: y', `'Channel' is not a channel ID: "dHN0 x: y".`],
		['A'.repeat(513), `'Channel' is not a channel ID: "${'A'.repeat(40)}…".`],
	])('channel id %j: %s', (channelId, answer) => {
		expect(problemOf(() => checkChannelId('channelId', channelId))).toBe(answer);
	});
});
