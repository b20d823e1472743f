/** What becomes of a push when the server misbehaves: sent again only where it is proven not processed, else said plainly. */
import type { Action } from '../../../tools/simulator/faults';
import { type ClientBench, notification, notifications, startClientBench } from './clientBench';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
	await bench.client().send(notification(1_000_000));
	expect(bench.simulator.counters().streams).toBe(1);
});

afterEach(() => bench.close());

const strikeNext = (action: Action, times = 1): void => {
	bench.simulator.script.at((request) => request.path.endsWith(notification(1).deviceToken), action, { times });
};

const resent: ReadonlyArray<readonly [string, Action]> = [
	['REFUSED_STREAM', { type: 'refuse' }],
	['a GOAWAY below its stream', { type: 'goaway', lastStream: 'before' }],
	['a GOAWAY that names Shutdown below its stream', { type: 'goaway', reason: 'Shutdown', lastStream: 'before' }],
	[
		'a GOAWAY in plain text',
		{ type: 'goaway', text: 'Maximum active streams violated for this endpoint.', lastStream: 'before', code: 1 },
	],
	['the answer Shutdown', { type: 'answer', status: 503, reason: 'Shutdown' }],
	['the answer IdleTimeout', { type: 'answer', status: 400, reason: 'IdleTimeout' }],
];

it.each(resent)('sends again after %s', async (_what, action) => {
	strikeNext(action);
	const outcome = await bench.client().send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'accepted', attempts: 2 });
	expect(outcome.repeats).toHaveLength(1);
});

const unknown: ReadonlyArray<readonly [string, Action]> = [
	['a reset after it left', { type: 'reset', code: 2 }],
	['a connection cut without a word', { type: 'cut' }],
	['a FIN before the answer', { type: 'cut', how: 'fin' }],
	['a GOAWAY above it and a cut', { type: 'goaway', lastStream: 'this', then: 'cut' }],
];

it.each(unknown)('reports unknown and does not repeat after %s', async (_what, action) => {
	strikeNext(action);
	const outcome = await bench.client().send(notification(1));
	expect(outcome).toMatchObject({ outcome: 'unknown', attempts: 1, failure: { advice: expect.any(String) } });
	expect(await bench.client().send(notification(2))).toMatchObject({ outcome: 'accepted' });
});

it('repeats an unknown push with the same apns-id where the user chose so', async () => {
	strikeNext({ type: 'reset', code: 2 });
	const outcome = await bench.client().send(notification(1), { onUnknown: 'sendAgain' });
	expect(outcome).toMatchObject({ outcome: 'accepted', attempts: 2 });
	const ids = bench.simulator.journal.requests
		.filter(({ path }) => path.endsWith(notification(1).deviceToken))
		.map((request) => bench.simulator.journal.header(request, 'apns-id'));
	expect(ids).toHaveLength(2);
	expect(ids[0]).toBe(ids[1]);
	expect(ids[0]).toBe(outcome.apnsId);
});

it('reports unknown when no answer comes in time, and goes on with others', async () => {
	strikeNext({ type: 'stall' });
	const client = bench.client();
	const [stalled, other] = await Promise.all([
		client.send(notification(1), { timeoutMs: 300 }),
		client.send(notification(2)),
	]);
	expect(stalled).toMatchObject({ outcome: 'unknown', failure: { code: 'deadline' } });
	expect(other).toMatchObject({ outcome: 'accepted' });
});

it('lets the status decide when the body is cut', async () => {
	strikeNext({ type: 'halfAnswer', status: 410, body: '{"reason":"Unreg', how: 'reset', code: 2 });
	expect(await bench.client().send(notification(1))).toMatchObject({ outcome: 'rejected', status: 410 });
});

it('loses none of 5,000 pushes to a GOAWAY at the 500th', async () => {
	bench.simulator.script.at(500, { type: 'goaway', lastStream: 'this' });
	const outcomes = await Promise.all(notifications(5_000).map((one) => bench.client().send(one)));
	expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(5_000);
	expect(new Set(bench.simulator.acceptedPushes.map(({ deviceToken }) => deviceToken)).size).toBe(5_001);
	expect(bench.simulator.acceptedPushes).toHaveLength(5_001);
});

it('follows a limit that falls to one and refuses the surplus', async () => {
	bench.simulator.script.at(200, { type: 'limit', streams: 1, refuseSurplus: true });
	const client = bench.client();
	const pending = notifications(1_000).map((one) => client.send(one));
	await bench.simulator.journal.waitForRequests(300);
	bench.simulator.setMaxConcurrentStreams(1_000);
	const outcomes = await Promise.all(pending);
	expect(outcomes.filter(({ outcome }) => outcome === 'accepted')).toHaveLength(1_000);
	expect(bench.simulator.counters().connections).toBe(1);
});

it('stops an identity whose key was revoked, with one sentence that says what to do', async () => {
	bench.simulator.revoke(bench.identity.keyId);
	const refused = await bench.client().send(notification(1));
	expect(refused).toMatchObject({ outcome: 'rejected', status: 403, reason: 'InvalidProviderToken' });
	const streams = bench.simulator.counters().streams;
	const stopped = await bench.client().send(notification(2));
	expect(stopped).toMatchObject({
		outcome: 'not sent',
		attempts: 0,
		failure: { code: 'credentialRefused', commonToRun: true },
	});
	expect(stopped.failure?.advice).toMatch(/revoked/);
	expect(bench.simulator.counters().streams).toBe(streams);
});
