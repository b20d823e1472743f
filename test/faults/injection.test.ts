/** Text that tries to be more than text, in every field: it ends in a clear error or arrives as the text it is, and never as a header, a path or a prototype. */
import type { INodeParameters } from 'n8n-workflow';
import { phone, setUpSendBench } from '../n8n/sendBench';

const bench = setUpSendBench();

/** A value, and whether it may stand as text in a payload. */
const hostile: ReadonlyArray<readonly [string, string]> = [
	['a line break and a header', 'a\r\napns-priority: 1'],
	['a line feed', 'a\nb'],
	['a NUL', 'a\0b'],
	['a path upwards', '../../3/device/evil'],
	['a query', 'a?b=c#d'],
	['a slash', 'a/b'],
	['look-alike letters', 'соm.ехаmplе.арр'],
	['full-width digits', '１２３４５６７８９０'],
	['a lone surrogate', 'a\ud800b'],
	['a direction mark', 'a\u202eb'],
];

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

describe.each(fields)('%s', (_field, parameters) => {
	it.each(hostile)('with %s ends in a clear end', async (_what, value) => {
		const result = await bench.send({ ...base, ...parameters(value) }, [{}], { onError: 'continueRegularOutput' });
		expectHonestRequests();
		const [item] = result.items('Send');
		expect(item?.json).toBeDefined();
		if (item?.json.success === true) return;
		expect(JSON.stringify(item?.json)).toMatch(/"message":"[^"]{10,}/);
	});
});

it.each(hostile)('a title with %s arrives as the text it is', async (what, value) => {
	const result = await bench.send({ ...base, title: value });
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
	const sent: unknown = JSON.parse(bench.body());
	// A lone surrogate has no bytes of its own: U+FFFD stands for it.
	expect(sent).toMatchObject({ aps: { alert: { title: what === 'a lone surrogate' ? expect.any(String) : value } } });
	expectHonestRequests();
});

const payloads: ReadonlyArray<readonly [string, string]> = [
	[
		'prototype keys',
		'{"aps":{"alert":"x"},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
	],
	['10 MB', JSON.stringify({ aps: { alert: 'x'.repeat(10_000_000) } })],
	['a depth of 10,000', `{"aps":{"alert":"x"},"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
	['a depth of 10,000 objects', `{"aps":{"alert":"x"},"deep":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
	['no JSON', '{"aps":'],
	['no object', '[1,2,3]'],
	['a number beyond any', '{"aps":{"alert":"x"},"n":1e999}'],
];

it.each(payloads)('a payload with %s ends in a clear end, and the process goes on', async (_what, payloadJson) => {
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
