/** Values nobody expects, from users, from APNs and in number: each is understood, or reported where it stands. */
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();
const push = { recipients: phone, title: 'Hi' };

it('takes a number as the argument of a localized text', async () => {
	await bench.send({ ...push, localization: { locKey: 'ORDER', locArgs: '={{ $json.order }}' } }, [{ order: 4711 }]);
	expect(JSON.parse(bench.body())).toEqual({
		aps: { alert: { title: 'Hi', 'loc-key': 'ORDER', 'loc-args': ['4711'] } },
	});
});

it('refuses the sound of a Live Activity that shows nothing', async () => {
	const result = await bench.send({
		recipients: phone,
		pushType: 'liveactivity',
		contentState: '{"score":1}',
		additionalFields: { sound: 'bell.caf' },
	});
	expect(result.error?.message).toBe("'Sound' cannot be sent without an alert.");
	expect(bench.requests()).toEqual([]);
});

it.each([9e15, -9e15, Number.MAX_VALUE])('survives the time %d of a device token that is gone', async (timestampMs) => {
	bench.peer.simulator.script.always({ type: 'answer', status: 410, reason: 'Unregistered', timestampMs });
	const result = await bench.send(push);
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'rejected', reason: 'Unregistered' });
	expect(result.items('Send')[0]?.json).not.toHaveProperty('unregisteredAt');
	const summary = await bench.send({ ...push, options: { output: 'summary' } });
	expect(summary.items('Send')[0]?.json.unregistered).toEqual([{ recipient: phone, unregisteredAt: null }]);
});

it.each([
	[429, 'TooManyRequests'],
	[503, 'ServiceUnavailable'],
])('reports %i at once where APNs asks for more time than a run waits', async (status, reason) => {
	bench.peer.simulator.script.always({ type: 'answer', status, reason, headers: { 'retry-after': '86400' } });
	const result = await bench.send({ ...push, options: { retries: 5 } });
	expect(bench.requests()).toHaveLength(1);
	expect([...result.items('Send').map(({ json }) => json.reason), result.error?.message ?? reason].join()).toContain(
		reason,
	);
});

it('reads half a million entries of one text, and lets others in meanwhile', async () => {
	const count = 500_000;
	let turns = 0;
	let isOver = false;
	const look = (): void => {
		turns += 1;
		if (!isOver) setImmediate(look);
	};
	setImmediate(look);
	const result = await bench.send(
		{ recipients: '={{ $json.tokens }}', title: 'Hi', options: { skipDuplicates: true, output: 'summary' } },
		[{ tokens: `${phone}\n`.repeat(count) }],
	);
	isOver = true;
	expect(result.items('Send')[0]?.json).toMatchObject({ accepted: 1, duplicates: count - 1 });
	expect(bench.requests()).toHaveLength(1);
	expect(turns).toBeGreaterThan(20);
});
