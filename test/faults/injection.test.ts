/** Text that tries to be more than text, in every field of APNs Send: it ends in a clear error or arrives as the text it is, and never as a header, a path or a prototype. */
import type { INodeParameters } from 'n8n-workflow';
import { phone, setUpSendBench } from '../n8n/sendBench';
import { clearMessage, hostile, hostileJson } from './hostile';

const bench = setUpSendBench();

const base: INodeParameters = {
	operation: 'send',
	recipients: phone,
	pushType: 'alert',
	topic: 'com.example.app',
	title: 'Hello',
};
const fields: ReadonlyArray<readonly [string, (value: string) => INodeParameters]> = [
	['the device token', (value) => ({ recipients: value })],
	['the topic', (value) => ({ topic: value })],
	['the push type', (value) => ({ pushType: value })],
	['the collapse id', (value) => ({ options: { collapseId: value } })],
	['the apns-id', (value) => ({ options: { apnsId: value } })],
	['the priority', (value) => ({ options: { priority: value } })],
	['the expiration', (value) => ({ options: { expiration: value } })],
];

const known = new Set([
	'authorization',
	'apns-topic',
	'apns-push-type',
	'apns-priority',
	'apns-expiration',
	'apns-collapse-id',
	'apns-id',
	'content-length',
	'content-type',
	'user-agent',
]);

/** What reached the peer is a push as this package sends them. */
function expectHonestRequests(): void {
	for (const { path, headers, method } of bench.requests()) {
		expect(method).toBe('POST');
		expect(path).toMatch(/^\/3\/device\/[0-9a-f]+$/);
		for (const [name, value] of headers) {
			expect(known).toContain(name);
			expect(value).not.toMatch(/[\r\n\0]/);
		}
		expect(headers.filter(([name]) => name === 'apns-priority').length).toBeLessThanOrEqual(1);
	}
}

it.each(fields)('hostile text in %s ends in a clear end', async (_field, parameters) => {
	for (const [, value] of hostile) {
		const result = await bench.send({ ...base, ...parameters(value) }, [{}], { onError: 'continueRegularOutput' });
		expectHonestRequests();
		const [item] = result.items('Send');
		expect(item?.json).toBeDefined();
		if (item?.json.success !== true) expect(JSON.stringify(item?.json)).toMatch(clearMessage);
	}
});

it.each(hostile)('a title with %s arrives as the text it is', async (what, value) => {
	const result = await bench.send({ ...base, title: value });
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
	const sent: unknown = JSON.parse(bench.body());
	// A lone surrogate has no bytes of its own: U+FFFD stands for it.
	expect(sent).toMatchObject({ aps: { alert: { title: what === 'a lone surrogate' ? expect.any(String) : value } } });
	expectHonestRequests();
});

it.each(hostileJson)('a payload with %s ends in a clear end, and the process goes on', async (_what, payloadJson) => {
	const result = await bench.send({ ...base, payloadType: 'json', payloadJson }, [{}], {
		onError: 'continueRegularOutput',
	});
	const [item] = result.items('Send');
	expect(JSON.stringify(item?.json)).toMatch(/"message":|"outcome":"accepted"/);
	expect(Reflect.get({}, 'polluted')).toBeUndefined();
	for (const { body } of bench.requests()) expect(body.length).toBeLessThanOrEqual(5_120);
	expectHonestRequests();
	bench.peer.simulator.journal.clear();
	expect((await bench.send(base)).items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
});
