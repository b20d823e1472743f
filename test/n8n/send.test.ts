/** The packed package in the real engine: pushes travel, fail readably, and share connection and token over executions. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { IWorkflowBase } from 'n8n-workflow';
import { bundleId } from './credential';
import { phone, setUpSendBench } from './sendBench';

const example = JSON.parse(
	readFileSync(path.resolve(__dirname, '../../examples/send-alert.json'), 'utf8'),
) as IWorkflowBase;
const bench = setUpSendBench();
const { send } = bench;

it('loads with its nodes and credential as n8n loads packages', () => {
	expect(Object.keys(bench.engine.loader.known.nodes)).toContain('apnsSend');
	expect(Object.keys(bench.engine.loader.known.credentials)).toEqual(['apnsApi']);
});

it('runs an exported workflow several times over one connection with one provider token', async () => {
	for (let execution = 0; execution < 3; execution++) {
		const result = await bench.engine.run(example);
		expect(result.status).toBe('success');
		expect(result.items('APNs Send').map(({ json, pairedItem }) => ({ ...json, pairedItem }))).toEqual([
			expect.objectContaining({
				success: true,
				outcome: 'accepted',
				status: 200,
				pairedItem: { item: 0 },
				environment: 'development',
				topic: bundleId,
				pushType: 'alert',
				attempts: 1,
			}),
			expect.objectContaining({ success: true, outcome: 'accepted' }),
		]);
	}
	expect(bench.peer.simulator.counters()).toMatchObject({ connections: 1, providerTokens: 1, accepted: 6 });
});

it('shares connection and token between two workflows', async () => {
	await bench.engine.run(example);
	await bench.engine.run({ ...example, id: 'another', name: 'Another' });
	await send({ recipients: phone, title: 'Hi' });
	expect(bench.peer.simulator.counters()).toMatchObject({ connections: 1, providerTokens: 1, accepted: 5 });
});

it('takes a new connection when the credential changes', async () => {
	await send({ recipients: phone, title: 'Hi' });
	const fresh = bench.peer.simulator.rotateKeys('TEAM000001', { keepOld: true });
	bench.setCredential({ keyId: fresh.keyId, privateKey: fresh.privateKeyPem });
	await send({ recipients: phone, title: 'Hi' });
	expect(bench.peer.simulator.counters()).toMatchObject({ connections: 2, providerTokens: 2, accepted: 2 });
});

it('sends the payload the fields describe', async () => {
	await send({
		recipients: phone,
		title: 'Title',
		body: 'Body',
		badge: 3,
		sound: 'default',
		additionalFields: { subtitle: 'Sub', threadId: 'thread', customData: '{"order":42}' },
		options: { collapseId: 'one', priority: 5, expiration: '2030-01-01T00:00:00Z' },
	});
	const [request] = bench.peer.simulator.journal.requests;
	expect(request?.json).toEqual({
		aps: {
			alert: { title: 'Title', subtitle: 'Sub', body: 'Body' },
			badge: 3,
			sound: 'default',
			'thread-id': 'thread',
		},
		order: 42,
	});
	const header = (name: string): string | undefined =>
		request === undefined ? undefined : bench.peer.simulator.journal.header(request, name);
	expect({
		collapse: header('apns-collapse-id'),
		priority: header('apns-priority'),
		expiration: header('apns-expiration'),
		type: header('apns-push-type'),
	}).toEqual({
		collapse: 'one',
		priority: '5',
		expiration: String(Date.UTC(2030, 0, 1) / 1_000),
		type: 'alert',
	});
});

it('sends a background push at priority 5', async () => {
	await send({ recipients: phone, pushType: 'background', data: '{"sync":true}' });
	const [request] = bench.peer.simulator.journal.requests;
	expect(request?.json).toEqual({ aps: { 'content-available': 1 }, sync: true });
	expect(request === undefined ? '' : bench.peer.simulator.journal.header(request, 'apns-priority')).toBe('5');
});

it('makes a refused device an item that says why and since when, also when it is the only one', async () => {
	bench.peer.simulator.devices.unregister(phone, 1_508_249_865_488);
	const result = await send({ recipients: phone, title: 'Hi' });
	expect(result.status).toBe('success');
	expect(result.items('Send').map(({ json }) => json)).toEqual([
		expect.objectContaining({
			success: false,
			outcome: 'rejected',
			status: 410,
			reason: 'Unregistered',
			unregisteredAt: '2017-10-17T14:17:45.488Z',
			advice: expect.stringMatching(/Delete/),
		}),
	]);
	expect(result.items('Send')[0]?.json).not.toHaveProperty('error');
	expect(result.hints('Send')).toEqual([expect.stringMatching(/^APNs rejected the push \(Unregistered\)\. .*Delete/)]);
});

it('names the field of an invalid item and still sends the others', async () => {
	const result = await send({ recipients: '={{ $json.token }}', title: 'Hi' }, [
		{ token: phone },
		{ token: 'not a token' },
		{ token: 'cd'.repeat(32) },
	]);
	expect(result.items('Send').map(({ json, pairedItem }) => [json.outcome, pairedItem])).toEqual([
		['accepted', { item: 0 }],
		['not sent', { item: 1 }],
		['not sent', { item: 1 }],
		['not sent', { item: 1 }],
		['accepted', { item: 2 }],
	]);
	expect(result.items('Send')[1]?.json.message).toMatch(/Device Tokens/);
});

it('ends the run with one sentence and its remedy when the key was revoked', async () => {
	bench.peer.simulator.revoke(bench.peer.key.keyId);
	const result = await send({ recipients: phone, title: 'Hi' });
	expect(result.status).toBe('error');
	expect(result.error).toEqual({
		message: expect.stringMatching(/InvalidProviderToken/),
		description: expect.stringMatching(/revoked/),
	});
});

it('names the field of a credential that cannot work, and shows nothing of the key', async () => {
	bench.setCredential({ privateKey: bench.peer.key.privateKeyPem.slice(0, 100) });
	const result = await send({ recipients: phone, title: 'Hi' });
	expect(result.error?.message).toMatch(/^'Private Key' is truncated: part of the key is missing\.$/);
	expect(JSON.stringify(result.run)).not.toContain(bench.peer.key.privateKeyPem.slice(40, 80));
	expect(bench.peer.simulator.counters().connections).toBe(0);
});

describe('with failing items', () => {
	const other = 'cd'.repeat(32);
	beforeEach(() => bench.peer.simulator.devices.unregister(other, 1_508_249_865_488));
	const items = [{ token: other }, { token: phone }];
	const parameters = { recipients: '={{ $json.token }}', title: 'Hi' };

	it('keeps result items in order under "Continue"', async () => {
		const result = await send(parameters, items, { onError: 'continueRegularOutput' });
		expect(result.items('Send').map(({ json }) => json.success)).toEqual([false, true]);
	});

	it('sorts failures into the error output with their details', async () => {
		const result = await send(parameters, items, { onError: 'continueErrorOutput' });
		expect(result.items('Send', 0).map(({ json }) => json.success)).toEqual([true]);
		expect(result.items('Send', 1).map(({ json }) => json)).toEqual([
			expect.objectContaining({
				error: expect.stringMatching(/Unregistered/),
				message: expect.stringMatching(/Delete/),
				details: expect.objectContaining({ reason: 'Unregistered' }),
			}),
		]);
	});

	it('does not send again under Retry On Fail when a push was accepted', async () => {
		await send(parameters, items, {
			retryOnFail: true,
			maxTries: 3,
			waitBetweenTries: 10,
			onError: 'continueErrorOutput',
		});
		expect(bench.peer.simulator.counters()).toMatchObject({ streams: 2, accepted: 1 });
	});

	it('turns a cause common to the run into items under "Continue"', async () => {
		bench.peer.simulator.revoke(bench.peer.key.keyId);
		const result = await send(parameters, items, { onError: 'continueRegularOutput' });
		expect(result.status).toBe('success');
		expect(result.items('Send').map(({ json }) => json.outcome)).toEqual(['rejected', 'not sent']);
	});
});
