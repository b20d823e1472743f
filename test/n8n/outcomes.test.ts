/** What becomes of pushes that are not simply accepted: repeated, unknown, refused, told twice, summed up. */
import { phone, setUpSendBench, tablet } from './sendBench';

const bench = setUpSendBench();
const push = { recipients: phone, title: 'Hi' };
const answer = (
	status: number,
	reason: string,
	headers?: Record<string, string>,
): { type: 'answer'; status: number; reason: string; headers?: Record<string, string> } => ({
	type: 'answer',
	status,
	reason,
	headers,
});

it('says what was repeated and why', async () => {
	bench.peer.simulator.script.at(1, answer(503, 'Shutdown'));
	const result = await bench.send(push);
	expect(result.items('Send')[0]?.json).toMatchObject({
		outcome: 'accepted',
		attempts: 2,
		repeats: [{ why: 'Shutdown', waitedMs: 0 }],
	});
});

it('leaves a server error to the user, and says so', async () => {
	bench.peer.simulator.script.always(answer(500, 'InternalServerError'));
	const result = await bench.send(push);
	expect(result.items('Send')[0]?.json).toMatchObject({
		outcome: 'rejected',
		status: 500,
		attempts: 1,
		advice: expect.stringMatching(/^Send again after 15 minutes, or set 'Retries'\.$/),
	});
});

it.each([
	['seconds', () => '0'],
	['a date', () => new Date(Date.now() - 1_000).toUTCString()],
])('repeats a server error by option, after Retry-After as %s', async (_form, retryAfter) => {
	bench.peer.simulator.script.at(1, answer(503, 'ServiceUnavailable', { 'retry-after': retryAfter() }));
	const result = await bench.send({ ...push, options: { retries: 1 } });
	expect(result.items('Send')[0]?.json).toMatchObject({
		outcome: 'accepted',
		attempts: 2,
		repeats: [{ why: 'ServiceUnavailable', waitedMs: 1_000 }],
	});
});

it('reports a lost answer as unknown, and hints at it', async () => {
	bench.peer.simulator.script.at(1, { type: 'cut' });
	const result = await bench.send(push);
	expect(result.status).toBe('success');
	expect(result.items('Send')[0]?.json).toMatchObject({
		success: false,
		outcome: 'unknown',
		status: null,
		message: expect.any(String),
		advice: expect.any(String),
	});
	expect(result.hints('Send')).toEqual([
		expect.stringMatching(/^No answer came for the push, so it may or may not have arrived/),
	]);
	expect(bench.header('apns-id')).toBeUndefined();
});

it('sends again by option, with the same APNs ID', async () => {
	bench.peer.simulator.script.at(1, { type: 'cut' });
	const result = await bench.send({ ...push, options: { onUnknown: 'sendAgain' } });
	expect(result.items('Send')[0]?.json).toMatchObject({
		outcome: 'accepted',
		attempts: 2,
		repeats: [{ why: 'unknown' }],
	});
	expect(bench.header('apns-id', 0)).toMatch(/^[0-9a-f-]{36}$/);
	expect(bench.header('apns-id', 1)).toBe(bench.header('apns-id', 0));
});

it('gives up on a push after its timeout', async () => {
	bench.peer.simulator.script.at(1, { type: 'stall' });
	const result = await bench.send({ ...push, options: { timeout: 1 } });
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'unknown', message: expect.stringMatching(/answer/) });
});

it('sends one payload to many devices of one field, in order', async () => {
	const result = await bench.send({
		recipients: `${phone}, <${tablet.match(/.{8}/g)?.join(' ') ?? ''}>\nnot-a-token`,
		title: 'Hi',
	});
	expect(result.items('Send').map(({ json }) => [json.recipient, json.deviceToken, json.outcome])).toEqual([
		[phone, phone, 'accepted'],
		[`<${tablet.match(/.{8}/g)?.join(' ') ?? ''}>`, tablet, 'accepted'],
		['not-a-token', null, 'not sent'],
	]);
});

it.each([
	['an array', '={{ $json.tokens }}'],
	['the text of a JSON array', '={{ JSON.stringify($json.tokens) }}'],
])('takes recipients as %s', async (_form, recipients) => {
	const result = await bench.send({ recipients, title: 'Hi' }, [{ tokens: [phone, tablet] }]);
	expect(result.items('Send').map(({ json }) => json.outcome)).toEqual(['accepted', 'accepted']);
});

it('reads base64 tokens for MDM, and for no other type', async () => {
	const recipients = Buffer.from(phone, 'hex').toString('base64');
	await bench.send({ recipients, pushType: 'mdm', topic: 'com.apple.mgmt.x', pushMagic: 'magic' });
	expect(bench.requests()[0]?.path).toBe(`/3/device/${phone}`);
	const result = await bench.send({ recipients, title: 'Hi' }, [{}], { onError: 'continueRegularOutput' });
	expect(result.items('Send')[0]?.json).toMatchObject({
		outcome: 'not sent',
		message: expect.stringMatching(/may be base64/),
	});
});

it('keeps duplicates, and sends them once by option', async () => {
	const items = [{ token: phone }, { token: tablet }, { token: phone.toUpperCase() }];
	await bench.send({ recipients: '={{ $json.token }}', title: 'Hi' }, items);
	expect(bench.requests()).toHaveLength(3);
	const result = await bench.send(
		{ recipients: '={{ $json.token }}', title: 'Hi', options: { skipDuplicates: true } },
		items,
	);
	expect(bench.requests()).toHaveLength(5);
	expect(result.items('Send').map(({ json, pairedItem }) => [json.deviceToken, pairedItem])).toEqual([
		[phone, { item: 0 }],
		[tablet, { item: 1 }],
	]);
	expect(result.hints('Send')).toEqual(['1 duplicate device token was skipped.']);
});

it('fails on a refused device by option', async () => {
	bench.peer.simulator.devices.unregister(phone);
	const result = await bench.send({ ...push, options: { onRejectedDevice: 'fail' } });
	expect(result.error).toEqual({
		message: expect.stringMatching(new RegExp(`^APNs rejected the push: ${phone}\\. .*\\(Unregistered\\)`)),
		description: expect.stringMatching(/Delete this device token.*this run returns no results/),
	});
});

it('sums up each input item by option', async () => {
	bench.peer.simulator.devices.unregister(tablet);
	const result = await bench.send({ recipients: '={{ $json.tokens }}', title: 'Hi', options: { output: 'summary' } }, [
		{ tokens: [phone, tablet, 'x'] },
		{ tokens: phone },
	]);
	expect(result.items('Send').map(({ json, pairedItem }) => ({ ...json, pairedItem }))).toEqual([
		expect.objectContaining({
			success: false,
			total: 3,
			accepted: 1,
			rejected: 1,
			notSent: 1,
			unknown: 0,
			reasons: { Unregistered: 1 },
			tokensToDelete: [tablet],
			unregistered: [{ recipient: tablet, unregisteredAt: expect.stringMatching(/Z$/) }],
			tokensToCheck: [],
			message: expect.stringMatching(
				/^APNs accepted 1 of 3 pushes\. It rejected 1\. 1 was not sent\..*Delete this device token/,
			),
			pairedItem: { item: 0 },
		}),
		expect.objectContaining({ success: true, total: 1, accepted: 1, pairedItem: { item: 1 } }),
	]);
	expect(result.items('Send')[0]?.json).not.toHaveProperty('error');
});

it('does not offer tokens for deletion that may belong to the other environment', async () => {
	bench.peer.simulator.script.always(answer(400, 'BadDeviceToken'));
	const result = await bench.send({ recipients: [phone, tablet].join(), title: 'Hi', options: { output: 'summary' } });
	expect(result.items('Send')[0]?.json).toMatchObject({
		tokensToDelete: [],
		tokensToCheck: [phone, tablet],
		message: expect.stringMatching(/environment/),
	});
});

it('sends no more to a topic that APNs refuses, and says what was not sent', async () => {
	const tokens = Array.from({ length: 5_000 }, (_, index) => index.toString(16).padStart(64, '0'));
	const items = [
		{ tokens: [phone], topic: 'com.example.app' },
		{ tokens, topic: 'com.example.other' },
	];
	const result = await bench.send(
		{
			recipients: '={{ $json.tokens }}',
			topic: '={{ $json.topic }}',
			title: 'Hi',
			options: { maxInFlight: 10, maxConnections: 1 },
		},
		items,
	);
	const outcomes = result.items('Send').map(({ json }) => json.outcome);
	expect(outcomes).toHaveLength(5_001);
	expect(outcomes[0]).toBe('accepted');
	expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(1);
	expect(bench.requests().length).toBeLessThan(1_000);
	expect(result.items('Send').at(-1)?.json).toMatchObject({
		outcome: 'not sent',
		message: expect.stringMatching(/^APNs already refused com\.example\.other in this run \(TopicDisallowed\)/),
	});
});

it('sends each item to the environment it names', async () => {
	const result = await bench.send(
		{ recipients: phone, title: 'Hi', options: { environment: '={{ $json.environment }}' } },
		[{ environment: 'development' }, { environment: 'production' }, { environment: '' }],
	);
	expect(result.items('Send').map(({ json, pairedItem }) => [json.environment, pairedItem])).toEqual([
		['development', { item: 0 }],
		['production', { item: 1 }],
		['development', { item: 2 }],
	]);
});

it('returns at once when the run was stopped before it began', async () => {
	const result = await bench.send(push, [{}], {}, { onStart: (stop) => stop() });
	expect(bench.requests()).toEqual([]);
	expect(result.status).toBe('canceled');
});
