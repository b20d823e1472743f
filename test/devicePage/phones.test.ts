/** What a phone of the device page does with pushes, as Apple's pages say: shown, replaced, silenced, stored, refused. */
import type { Model } from '../../tools/simulator/devicePage/model';
import { createModel } from '../../tools/simulator/devicePage/model';
import type { PhoneView } from '../../tools/simulator/devicePage/state';
import type { Sender } from './sender';
import { bundleId, startSender } from './sender';

const startMs = Date.now();

let sender: Sender;
let model: Model;
let nowMs: number;

beforeEach(async () => {
	nowMs = startMs;
	sender = await startSender();
	model = createModel(sender.app.simulator, { bundleId, clock: () => nowMs });
});

afterEach(async () => {
	model.close();
	await sender.close();
});

function phone(id: string): PhoneView {
	const found = model.state().phones.find((one) => one.id === id);
	if (found === undefined) throw new Error(`There is no phone ${id}.`);
	return found;
}

const titles = (id: string) => phone(id).notifications.map(({ title, body }) => title ?? body);
const send = async (id: string, aps: Record<string, unknown>, headers = {}) =>
	await sender.push(sender.token(id), { aps }, headers);
const seconds = (fromNow: number) => Math.floor(nowMs / 1000) + fromNow;

describe('alerts', () => {
	test('title, subtitle, body, badge, sound and thread are shown as sent', async () => {
		await send('ada', {
			alert: { title: 'Title', subtitle: 'Subtitle', body: 'Body' },
			badge: 7,
			sound: 'chime.caf',
			'thread-id': 'a',
			category: 'ORDER',
		});
		expect(phone('ada')).toMatchObject({ badge: 7 });
		expect(phone('ada').notifications).toMatchObject([
			{
				title: 'Title',
				subtitle: 'Subtitle',
				body: 'Body',
				sound: 'chime.caf',
				threadId: 'a',
				category: 'ORDER',
				level: 'active',
			},
		]);
		await send('ada', { badge: 0 });
		expect(phone('ada')).toMatchObject({ badge: 0, notifications: [{ title: 'Title' }] });
	});

	test('localisation keys become texts in the language of the phone, and unknown ones stay keys', async () => {
		const alert = { 'title-loc-key': 'GOAL_TITLE', 'title-loc-args': ['Blue'], 'loc-key': 'NOT_THERE' };
		for (const id of ['ada', 'ben', 'chloe']) await send(id, { alert });
		expect(['ada', 'ben', 'chloe'].flatMap(titles)).toEqual(['Goal for Blue!', 'Tor für Blue!', 'But pour Blue !']);
		expect(phone('ada').notifications[0]).toMatchObject({ body: 'NOT_THERE', missingKeys: ['NOT_THERE'] });
		const positions = { 'loc-key': 'ORDER_SHIPPED_BODY', 'loc-args': ['4711', '1 May'] };
		await send('ada', { alert: positions });
		expect(phone('ada').notifications[0]?.body).toBe('Order 4711 arrives on 1 May.');
	});

	test.each([
		['passive', {}, { level: 'passive', quiet: true, sound: undefined }],
		['active', {}, { level: 'active', quiet: false, sound: 'default' }],
		['time-sensitive', {}, { level: 'time-sensitive', quiet: false, sound: 'default' }],
		['critical', {}, { level: 'critical', quiet: false, critical: true }],
		['a word Apple does not know', {}, { level: 'active', quiet: false }],
	])('interruption level %s', async (level, more, expected) => {
		await send('ada', { alert: 'Hello', sound: 'default', 'interruption-level': level, ...more });
		expect(phone('ada').notifications).toMatchObject([expected]);
	});

	test('while Focus is on, only time-sensitive and critical alerts are heard', async () => {
		model.act({ type: 'focus', phone: 'ada', on: true });
		for (const level of ['active', 'time-sensitive'])
			await send('ada', { alert: level, sound: 'default', 'interruption-level': level });
		await send('ada', { alert: 'critical', sound: { critical: 1, name: 'alarm.caf' } });
		expect(phone('ada').notifications.map(({ body, sound, quiet }) => [body, sound, quiet])).toEqual([
			['critical', 'alarm.caf', false],
			['time-sensitive', 'default', false],
			['active', undefined, true],
		]);
	});

	test('a collapse id replaces what it showed before; other ids and none do not', async () => {
		for (const body of ['1', '2', '3']) await send('ada', { alert: body }, { 'apns-collapse-id': 'disk' });
		await send('ada', { alert: 'other' }, { 'apns-collapse-id': 'memory' });
		await send('ada', { alert: 'none' });
		expect(phone('ada').notifications.map(({ body, replaced }) => [body, replaced])).toEqual([
			['none', 0],
			['other', 0],
			['3', 2],
		]);
	});
});

test('a background push is one quiet line, a VoIP push rings, other types say what they do', async () => {
	await send('ada', { 'content-available': 1 }, { 'apns-push-type': 'background', 'apns-priority': '5' });
	await sender.push(
		sender.token('ada', 'widgets'),
		{ aps: { 'content-changed': true } },
		{ 'apns-topic': `${bundleId}.push-type.widgets`, 'apns-push-type': 'widgets' },
	);
	await sender.push(
		sender.token('ada', 'voip'),
		{ caller: 'Grace', room: '12' },
		{ 'apns-topic': `${bundleId}.voip`, 'apns-push-type': 'voip' },
	);
	expect(phone('ada')).toMatchObject({
		notifications: [],
		quiet: [{ text: 'Widgets reload' }, { text: 'App woke in the background' }],
		call: { caller: 'Grace', details: [['room', '12']] },
	});
	model.act({ type: 'endCall', phone: 'ada', accepted: true });
	expect(phone('ada').call).toBeUndefined();
	expect(phone('ada').quiet[0]?.text).toBe('Call with Grace accepted');
});

describe('a phone that is offline', () => {
	const away = () => model.act({ type: 'online', phone: 'ada', on: false });
	const back = () => model.act({ type: 'online', phone: 'ada', on: true });

	test('gets the newest push only, when APNs stores one for each app', async () => {
		away();
		for (const alert of ['1', '2', '3']) await send('ada', { alert });
		expect(phone('ada')).toMatchObject({ notifications: [], stored: 1 });
		back();
		expect(phone('ada').notifications).toMatchObject([{ body: '3', stored: true }]);
	});

	test('gets several, one for each collapse id, when APNs stores several', async () => {
		model.act({ type: 'storedPushes', keep: 'several' });
		away();
		for (const alert of ['1', '2']) await send('ada', { alert });
		for (const alert of ['a', 'b']) await send('ada', { alert }, { 'apns-collapse-id': 'x' });
		expect(phone('ada').stored).toBe(3);
		back();
		expect(titles('ada')).toEqual(['b', '2', '1']);
	});

	test('never gets a push that may not be stored, nor one that expired meanwhile', async () => {
		model.act({ type: 'storedPushes', keep: 'several' });
		away();
		await send('ada', { alert: 'now or never' }, { 'apns-expiration': '0' });
		await send('ada', { alert: 'one hour' }, { 'apns-expiration': String(seconds(3600)) });
		await send('ada', { alert: 'one day' }, { 'apns-expiration': String(seconds(86_400)) });
		nowMs += 2 * 3_600_000;
		back();
		expect(titles('ada')).toEqual(['one day']);
	});
});

test('an app that was removed answers 410, and has new tokens when it is installed again', async () => {
	const old = sender.token('ben');
	model.act({ type: 'installed', phone: 'ben', on: false });
	expect(await send('ben', { alert: 'Hello' })).toMatchObject({ status: 410, reason: 'Unregistered' });
	model.act({ type: 'installed', phone: 'ben', on: true });
	const [app] = phone('ben').tokens;
	expect(app?.token).toBe(sender.token('ben', 'app', 1));
	expect(await sender.push(app?.token ?? '', { aps: { alert: 'Again' } })).toMatchObject({ status: 200 });
	expect(await sender.push(old, { aps: { alert: 'Hello' } })).toMatchObject({ status: 410 });
	expect(titles('ben')).toEqual(['Again']);
});

describe('Live Activities', () => {
	const start = {
		event: 'start',
		'attributes-type': 'MatchAttributes',
		attributes: { home: 'Blue' },
		'content-state': { home: 0 },
		alert: { title: 'Kick-off', body: 'Now' },
	};
	const startToken = () => sender.token('ada', 'start');
	const updateToken = () => sender.token('ada', 'activity');

	test('start, update, stale, end and dismissal', async () => {
		await sender.liveActivity(startToken(), start);
		expect(phone('ada').activities).toMatchObject([
			{ name: 'MatchAttributes', phase: 'running', content: [['home', '0']] },
		]);
		const staleSeconds = seconds(60);
		await sender.liveActivity(updateToken(), {
			event: 'update',
			'content-state': { home: 1 },
			'stale-date': staleSeconds,
		});
		expect(phone('ada').activities).toMatchObject([
			{ content: [['home', '1']], updates: 1, staleAtMs: staleSeconds * 1000 },
		]);
		const dismissSeconds = seconds(600);
		await sender.liveActivity(updateToken(), {
			event: 'end',
			'content-state': { home: 2 },
			'dismissal-date': dismissSeconds,
		});
		expect(phone('ada').activities).toMatchObject([{ phase: 'ended', dismissAtMs: dismissSeconds * 1000 }]);
		await sender.liveActivity(updateToken(), { event: 'update', 'content-state': { home: 9 } });
		expect(phone('ada').activities).toMatchObject([{ content: [['home', '2']] }]);
		expect(phone('ada').quiet[0]?.text).toContain('no activity is running');
	});

	test.each([
		['an older timestamp', { event: 'update', timestamp: 1, 'content-state': { home: 5 } }, 'older'],
		['no timestamp', { event: 'update', timestamp: undefined, 'content-state': { home: 5 } }, 'missing'],
	])('an update with %s is ignored', async (_what, aps, word) => {
		await sender.liveActivity(startToken(), start);
		await sender.liveActivity(updateToken(), aps);
		expect(phone('ada').activities).toMatchObject([{ content: [['home', '0']] }]);
		expect(phone('ada').quiet[0]?.text).toContain(word);
	});

	test('a start without an alert, or with the token for updates, starts nothing', async () => {
		await sender.liveActivity(startToken(), { ...start, alert: undefined });
		await sender.liveActivity(updateToken(), start);
		expect(phone('ada').activities).toEqual([]);
		expect(phone('ada').quiet).toHaveLength(2);
	});

	test('a broadcast reaches the phones that follow the channel, at once or when they come back', async () => {
		const channel = await sender.createChannel();
		expect(phone('ada').channels).toEqual([channel]);
		expect(phone('chloe').channels).toEqual([]);
		model.act({ type: 'online', phone: 'ben', on: false });
		for (const home of [1, 2]) await sender.broadcast(channel, { event: 'update', 'content-state': { home } });
		expect(phone('ada').activities).toMatchObject([{ channelId: channel, content: [['home', '2']] }]);
		expect(phone('ben').activities).toMatchObject([{ content: [] }]);
		model.act({ type: 'online', phone: 'ben', on: true });
		expect(phone('ben').activities).toMatchObject([{ content: [['home', '2']], updates: 1 }]);
		model.act({ type: 'subscribe', phone: 'ada', channelId: channel, on: false });
		await sender.broadcast(channel, { event: 'update', 'content-state': { home: 3 } });
		expect(phone('ada').activities).toEqual([]);
	});

	test('a start that names a channel makes the phone follow it', async () => {
		const channel = await sender.createChannel();
		const chloe = sender.token('chloe', 'start');
		await sender.liveActivity(chloe, { ...start, 'input-push-channel': channel });
		await sender.broadcast(channel, { event: 'update', 'content-state': { home: 4 } });
		expect(phone('chloe').activities).toMatchObject([{ channelId: channel, content: [['home', '4']] }]);
	});
});

test('a push to a token that belongs to no phone is listed, and changes no phone', async () => {
	await sender.push('ab'.repeat(32), { aps: { alert: 'Hello' } });
	const { phones, exchanges } = model.state();
	expect(exchanges).toMatchObject([{ status: 200, target: 'another device' }]);
	expect(phones.flatMap(({ notifications }) => notifications)).toEqual([]);
});

test('the app gives its tokens to the server it was told, and again after it was installed anew', async () => {
	const told: string[] = [];
	const registering = createModel(sender.app.simulator, {
		bundleId,
		register: async ({ deviceId, deviceToken }) => {
			told.push(`${deviceId} ${deviceToken}`);
			return await Promise.resolve('registered');
		},
	});
	registering.act({ type: 'register', phone: 'ada' });
	registering.act({ type: 'installed', phone: 'ada', on: false });
	registering.act({ type: 'installed', phone: 'ada', on: true });
	expect(told).toEqual([`ada ${sender.token('ada')}`, `ada ${sender.token('ada', 'app', 1)}`]);
	registering.close();
});
