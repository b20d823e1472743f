/** The headers of each kind of request: which there are, how each may use the compression table, and what none may hold. */
import { createHeaderBuilder } from '../../../nodes/shared/apns/headers';
import type { Notification } from '../../../nodes/shared/apns/notification';
import type { HeaderField } from '../../../nodes/shared/http2/hpack/hpack';

const payload = Buffer.from('{}');
const build = () => createHeaderBuilder({ host: 'api.push.apple.com', port: 443 });
const told = (fields: readonly HeaderField[]): string[] => fields.map(({ name, value }) => `${name}: ${value}`);
const start = [':method: POST', ':scheme: https', ':path: /3/device/ab', ':authority: api.push.apple.com'];
const full: Notification = {
	deviceToken: 'ab',
	topic: 'com.example',
	pushType: 'alert',
	priority: 5,
	expirationSeconds: 0,
	collapseId: 'c',
	apnsId: 'id',
	payload,
};

it.each([
	[{ host: 'api.push.apple.com', port: 443 }, 'api.push.apple.com'],
	[{ host: 'api.push.apple.com', port: 2197 }, 'api.push.apple.com:2197'],
	[{ host: '::1', port: 443 }, '[::1]'],
	[{ host: '::1', port: 8443 }, '[::1]:8443'],
])('the authority of %j is %s', (endpoint, authority) => {
	const fields = createHeaderBuilder(endpoint).push({ deviceToken: 'ab', payload }, undefined);
	expect(told(fields)).toContain(`:authority: ${authority}`);
});

describe('a push', () => {
	it.each<readonly [string, Notification, string | undefined, readonly string[]]>([
		['with nothing but its token', { deviceToken: 'ab', payload }, undefined, []],
		[
			'with everything',
			full,
			'bearer T',
			[
				'authorization: bearer T',
				'apns-topic: com.example',
				'apns-push-type: alert',
				'apns-priority: 5',
				'apns-expiration: 0',
				'apns-collapse-id: c',
				'apns-id: id',
			],
		],
		[
			'with a certificate',
			{ deviceToken: 'ab', topic: 't', pushType: 'alert', priority: 10, payload },
			undefined,
			['apns-topic: t', 'apns-push-type: alert', 'apns-priority: 10'],
		],
		[
			'without a topic',
			{ deviceToken: 'ab', pushType: 'alert', priority: 10, payload },
			'bearer T',
			['authorization: bearer T', 'apns-push-type: alert', 'apns-priority: 10'],
		],
		[
			'without a push type',
			{ deviceToken: 'ab', topic: 't', priority: 10, payload },
			'bearer T',
			['authorization: bearer T', 'apns-topic: t', 'apns-priority: 10'],
		],
		[
			'without a priority',
			{ deviceToken: 'ab', topic: 't', pushType: 'alert', payload },
			'bearer T',
			['authorization: bearer T', 'apns-topic: t', 'apns-push-type: alert'],
		],
	])('%s', (_what, notification, authorization, expected) => {
		expect(told(build().push(notification, authorization))).toEqual([...start, ...expected]);
	});
});

it('uses the table as Apple asks: values that stay are indexed, those that change are not', () => {
	const builder = build();
	const broadcast = builder.broadcast(
		{
			bundleId: 'b',
			channelId: 'C',
			pushType: 'liveactivity',
			priority: 5,
			expirationSeconds: 1,
			requestId: 'R',
			payload,
		},
		'bearer T',
	);
	const indexing = Object.fromEntries(
		[...builder.push(full, 'bearer T'), ...broadcast].map((field) => [field.name, field.indexing]),
	);
	expect(indexing).toEqual({
		':method': 'always',
		':scheme': 'always',
		':path': 'never-in-table',
		':authority': 'always',
		authorization: 'always',
		'apns-topic': 'always',
		'apns-push-type': 'always',
		'apns-priority': 'always',
		'apns-channel-id': 'always',
		'apns-expiration': 'onRepeat',
		'apns-collapse-id': 'onRepeat',
		'apns-id': 'nameOnly',
		'apns-request-id': 'nameOnly',
	});
});

it('gives the same field object for a value that repeats, the last one or an earlier one, up to 256', () => {
	const builder = build();
	const topic = (value: string): HeaderField | undefined =>
		builder.push({ ...full, topic: value }, 'bearer T').find(({ name }) => name === 'apns-topic');
	const [a, b] = [topic('a'), topic('b')];
	expect([topic('b') === b, topic('a') === a, topic('a') === topic('b')]).toEqual([true, true, false]);
	for (let n = 0; n < 254; n += 1) topic(`topic ${n}`);
	expect(topic('a')).toBe(a);
	topic('one too many');
	expect(topic('a')).not.toBe(a);
	expect(topic('a')?.value).toBe('a');
});

it.each(['a\r\nb', 'a\0', 'é', '\x7f', '\x1f'])('refuses a value no header may carry: %j', (value) => {
	const builder = build();
	expect(() => builder.push({ ...full, topic: value }, 'bearer T')).toThrow(RangeError);
	expect(() => builder.push({ ...full, apnsId: value }, 'bearer T')).toThrow(RangeError);
});

it('carries any printable character', () => {
	expect(told(build().push({ ...full, collapseId: ' ~' }, 'bearer T'))).toContain('apns-collapse-id:  ~');
});

it.each<readonly [string, string | undefined, string | undefined, readonly string[]]>([
	['with a token and an id', 'bearer T', 'R', ['authorization: bearer T', 'apns-request-id: R']],
	['with a certificate and no id', undefined, undefined, []],
])('a channel request %s', (_what, authorization, requestId, expected) => {
	const path = '/1/apps/b';
	const builder = build();
	const fields = (request: Parameters<typeof builder.channel>[0]): string[] =>
		told(builder.channel(request, authorization));
	const [token, id] = [
		expected.filter((text) => text.startsWith('auth')),
		expected.filter((text) => text.startsWith('apns')),
	];
	const head = (method: string, at: string): string[] => [
		`:method: ${method}`,
		':scheme: https',
		`:path: ${path}/${at}`,
		':authority: api.push.apple.com',
		...token,
	];
	expect(fields({ operation: 'create', bundleId: 'b', requestId, body: payload })).toEqual([
		...head('POST', 'channels'),
		...id,
	]);
	expect(fields({ operation: 'get', bundleId: 'b', channelId: 'C', requestId })).toEqual([
		...head('GET', 'channels'),
		'apns-channel-id: C',
		...id,
	]);
	expect(fields({ operation: 'delete', bundleId: 'b', channelId: 'C', requestId })).toEqual([
		...head('DELETE', 'channels'),
		'apns-channel-id: C',
		...id,
	]);
	expect(fields({ operation: 'getAll', bundleId: 'b', requestId })).toEqual([...head('GET', 'all-channels'), ...id]);
});

it('a broadcast without an id of its own carries none', () => {
	const notification = {
		bundleId: 'b',
		channelId: 'C',
		pushType: 'liveactivity',
		priority: 10,
		expirationSeconds: 0,
		payload,
	};
	expect(told(build().broadcast(notification, undefined))).toEqual([
		':method: POST',
		':scheme: https',
		':path: /4/broadcasts/apps/b',
		':authority: api.push.apple.com',
		'apns-channel-id: C',
		'apns-push-type: liveactivity',
		'apns-priority: 10',
		'apns-expiration: 0',
	]);
});
