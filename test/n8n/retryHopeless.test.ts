/** A push that no try of Retry On Fail can send: it is tried as often as n8n asks for it, and costs no other push its result. */
import type { INode } from 'n8n-workflow';
import { alone, setUpRetryBench } from './retryBench';
import { phone } from './sendBench';
import { watchTries } from './tries';

const { bench, gate, pushes, breakAfter } = setUpRetryBench();
const later = '01'.repeat(32);
const quick: Partial<INode> = { retryOnFail: true, maxTries: 3, waitBetweenTries: 1 };

it.each([
	['stopWorkflow', 'error'],
	['continueRegularOutput', 'success'],
	['continueErrorOutput', 'success'],
] as const)('%s: does not cost the results of the others', async (onError, status) => {
	breakAfter(phone);
	const both = await bench.send({ ...alone, recipients: `${phone},${later}` }, [{}], { ...quick, onError });
	expect(both.status).toBe('success');
	const all = [...both.items('Send', 0), ...both.items('Send', 1)].map(({ json }) => json.outcome ?? 'error');
	expect(all.sort()).toEqual([onError === 'continueErrorOutput' ? 'error' : 'not sent', 'accepted'].sort());
	expect(pushes()).toEqual({ [phone]: 1 });
	const tries = watchTries(bench);
	const none = await bench.send({ ...alone, recipients: later }, [{}], { ...quick, onError });
	expect([none.status, tries.count]).toEqual([status, 3]);
});

it.each([
	[undefined, 3],
	[0, 3],
	[1, 2],
	[2, 2],
	[9, 5],
])('is tried as often as n8n tries it: Max Tries %s', async (maxTries, count) => {
	gate().shut();
	const tries = watchTries(bench);
	await bench.send({ recipients: later, title: 'Hi' }, [{}], {
		...quick,
		maxTries,
		onError: 'continueRegularOutput',
	});
	expect(tries.count).toBe(count);
	expect(tries.results.map((result) => result instanceof Error)).toEqual(
		Array.from({ length: count }, (_, index) => index < count - 1),
	);
});
