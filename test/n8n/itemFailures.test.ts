/** Whatever is thrown while an item is read is that item's result, and the others go on. */
import { setUpSendBench } from './sendBench';

const bench = setUpSendBench();
const token = (n: number): string => n.toString(16).padStart(64, '0');
const five = (fields: (n: number) => object = () => ({})): object[] =>
	Array.from({ length: 5 }, (_none, n) => ({ token: token(n), ...fields(n) }));
const own = { recipients: '={{ $json.token }}', title: 'Hi' };

it.each(['stopWorkflow', 'continueRegularOutput', 'continueErrorOutput'] as const)(
	'an expression that fails for one item of five, %s',
	async (onError) => {
		const result = await bench.send(
			{ ...own, title: '={{ $json.fails ? $("Nowhere").item.json.title : "Hi" }}' },
			five((n) => ({ fails: n === 2 })),
			{ onError },
		);
		expect(result.status).toBe('success');
		expect(bench.peer.simulator.counters().accepted).toBe(4);
		const [failed] = onError === 'continueErrorOutput' ? result.items('Send', 1) : result.items('Send').slice(2, 3);
		expect(failed?.pairedItem).toEqual({ item: 2 });
		const json = onError === 'continueErrorOutput' ? failed?.json.details : failed?.json;
		expect(json).toMatchObject({ recipient: token(2), outcome: 'not sent', message: expect.any(String) });
		expect(result.hints('Send')).toEqual([
			expect.stringMatching(/^1 of 5 pushes was not sent because a field is invalid/),
		]);
	},
);

it.each([0, 4])('a wrong environment fails alone, wherever it stands: item %i', async (wrong) => {
	const result = await bench.send(
		{ ...own, options: { environment: '={{ $json.environment }}' } },
		five((n) => ({ environment: n === wrong ? 'staging' : 'development' })),
	);
	expect(result.items('Send').map(({ json }) => json.outcome)).toEqual(
		[0, 1, 2, 3, 4].map((n) => (n === wrong ? 'not sent' : 'accepted')),
	);
});

it('decides about each item by its own push type, whatever the order', async () => {
	const items = [
		{ token: token(0), type: 'background' },
		{ token: token(1), type: 'alert' },
	];
	for (const ordered of [items, [...items].reverse()]) {
		const result = await bench.send({ ...own, pushType: '={{ $json.type }}', options: { priority: 10 } }, ordered);
		expect(result.items('Send').map(({ json }) => [json.pushType, json.outcome])).toContainEqual(['alert', 'accepted']);
		expect(result.items('Send').filter(({ json }) => json.outcome === 'not sent')).toHaveLength(1);
	}
});

it('counts duplicates, and remembers refused topics, for each environment', async () => {
	const items = ['development', 'production'].flatMap((environment) => [
		{ token: token(1), environment },
		{ token: token(1).toUpperCase(), environment },
	]);
	const result = await bench.send(
		{ ...own, options: { environment: '={{ $json.environment }}', skipDuplicates: true } },
		items,
	);
	expect(result.items('Send').map(({ json, pairedItem }) => [json.environment, pairedItem])).toEqual([
		['development', { item: 0 }],
		['production', { item: 2 }],
	]);
	expect(result.hints('Send')).toContainEqual('2 duplicate device tokens were skipped.');
});

it('shows ten hints at most, the most frequent first, and how many were left out', async () => {
	const result = await bench.send(
		{ ...own, options: { priority: '={{ $json.priority }}' } },
		Array.from({ length: 31 }, (_none, n) => ({ token: token(n), priority: n === 0 ? 10 : `bad ${n % 15}` })),
	);
	const hints = result.hints('Send');
	expect(hints).toHaveLength(10);
	expect(hints[0]).toMatch(/^2 of 31 pushes were not sent/);
	expect(hints.at(-1)).toBe('6 more hints were left out.');
});

it('keeps the keys of a result in their order, for success and failure alike', async () => {
	const keys = [
		'success',
		'recipient',
		'outcome',
		'reason',
		'message',
		'advice',
		'status',
		'deviceToken',
		'pushType',
		'topic',
		'environment',
		'apnsId',
		'attempts',
	];
	const result = await bench.send(own, [{ token: token(1) }, { token: 'short' }]);
	const [accepted, invalid] = result.items('Send').map(({ json }) => Object.keys(json));
	expect(accepted?.slice(0, keys.length)).toEqual(keys);
	expect(invalid).toEqual(keys);
});
