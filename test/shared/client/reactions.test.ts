/** What each of Apple's reasons does to connection, token and identity, and to the push itself. */
import { ProviderTokenStore } from '../../../nodes/shared/apns/providerToken';
import { plainText } from '../../../nodes/shared/apns/fields';
import { reasonRows } from '../../../nodes/shared/apns/reasons';
import type { ApnsClient } from '../../../nodes/shared/client/apnsClient';
import type { Action } from '../../../tools/simulator/faults';
import type { RequestRecord } from '../../../tools/simulator/journal';
import { bundleId, type ClientBench, notification, notifications, startClientBench } from './clientBench';
import { createSkippingClock } from './manualClock';

let bench: ClientBench;
let wallMs: number;
let clock: ReturnType<typeof createSkippingClock>;

const minute = 60_000;

beforeEach(async () => {
	wallMs = Date.now();
	clock = createSkippingClock();
	bench = await startClientBench({ simulator: { clock: () => wallMs }, cache: { clock } });
});

afterEach(() => bench.close());

/** One client for the test: its tokens age with `wallMs`. */
function aging(): ApnsClient {
	return bench.client({ tokens: new ProviderTokenStore({ nowMs: () => wallMs, monotonicMs: () => wallMs }) });
}

function strike(when: (request: RequestRecord) => boolean, action: Action, times = 1): void {
	bench.simulator.script.at(when, action, { times });
}

const first = ({ path }: RequestRecord): boolean => path.endsWith(notification(1).deviceToken);
const answer = (status: number, reason: string): Action => ({ type: 'answer', status, reason });

it('reports reasons about a push, a device, a topic or a channel, and keeps the connection', async () => {
	const quiet = reasonRows.filter(({ reaction }) => reaction === 'none');
	expect(quiet.length).toBeGreaterThan(20);
	const client = bench.client();
	for (const { reason, status } of quiet) {
		strike(first, answer(status, reason));
		expect(await client.send(notification(1))).toMatchObject({
			outcome: 'rejected',
			status,
			reason,
			attempts: 1,
			repeats: [],
		});
	}
	expect(bench.simulator.counters()).toMatchObject({ connections: 1, streams: quiet.length });
});

it.each(
	reasonRows
		.filter(({ reaction }) => reaction === 'stopIdentity')
		.map(({ reason, status, advice }) => [reason, status, plainText(advice)] as const),
)(
	'stops the identity after %s: nothing more goes out, and the next push learns why',
	async (reason, status, advice) => {
		const client = bench.client();
		strike(first, answer(status, reason));
		expect(await client.send(notification(1))).toMatchObject({ outcome: 'rejected', status, reason });
		const { streams } = bench.simulator.counters();
		const next = await client.send(notification(2));
		expect(next).toMatchObject({
			outcome: 'not sent',
			attempts: 0,
			failure: { code: 'credentialRefused', commonToRun: true, advice, message: expect.stringContaining(reason) },
		});
		expect(bench.simulator.counters().streams).toBe(streams);
	},
);

it('pauses a stopped identity ever longer, and lets it go when APNs accepts it again', async () => {
	const client = bench.client();
	for (const pauseMs of [10_000, 20_000]) {
		strike(first, answer(403, 'InvalidProviderToken'));
		expect(await client.send(notification(1))).toMatchObject({ outcome: 'rejected' });
		expect(bench.cache.stats()[0]?.pausedForMs).toBeGreaterThan(pauseMs / 2 - 2_000);
		clock.skip(pauseMs);
	}
	expect(await client.send(notification(2))).toMatchObject({ outcome: 'accepted' });
});

it.each([
	[503, 'Shutdown'],
	[400, 'IdleTimeout'],
])('sends again on a new connection after %d %s, and replaces that connection only', async (status, reason) => {
	const client = bench.client();
	strike(first, answer(status, reason));
	expect(await client.send(notification(1))).toMatchObject({
		outcome: 'accepted',
		attempts: 2,
		repeats: [{ why: reason, waitedMs: 0 }],
	});
	expect(await client.send(notification(2))).toMatchObject({ outcome: 'accepted', attempts: 1 });
	expect(bench.simulator.counters().connections).toBe(2);
});

it('gives up a server that answers Shutdown on every connection', async () => {
	bench.simulator.script.always(answer(503, 'Shutdown'));
	expect(await bench.client().send(notification(1))).toMatchObject({
		outcome: 'rejected',
		status: 503,
		reason: 'Shutdown',
		attempts: 6,
	});
});

it('keeps its provider token for 20 minutes after TooManyProviderTokenUpdates', async () => {
	const client = aging();
	await client.send(notification(2));
	wallMs += 45 * minute;
	strike(first, answer(429, 'TooManyProviderTokenUpdates'));
	expect(await client.send(notification(1))).toMatchObject({ outcome: 'rejected', status: 429, attempts: 1 });
	wallMs += 10 * minute;
	expect(await client.send(notification(1))).toMatchObject({ outcome: 'accepted' });
	expect(bench.simulator.counters().providerTokens).toBe(1);
});

/** Half of the requests on the first connection get the answer at once, the others when a new connection has long been open. */
function strikeFirstConnection(action: Action): void {
	const even = ({ connectionId, path }: RequestRecord): boolean => connectionId === 1 && /[02468ace]$/.test(path);
	strike(even, { type: 'delay', ms: 200, then: action }, 100);
	strike(({ connectionId }) => connectionId === 1, action, 100);
}

it('replaces an expired token once for all pushes that carried it, on one new connection', async () => {
	const client = aging();
	await client.send(notification(1_000));
	wallMs += 30 * minute;
	strikeFirstConnection(answer(403, 'ExpiredProviderToken'));
	const outcomes = await Promise.all(notifications(200).map((one) => client.send(one)));
	expect(outcomes.map(({ outcome, attempts }) => `${outcome} ${attempts}`)).toEqual(outcomes.map(() => 'accepted 2'));
	expect(bench.simulator.counters()).toMatchObject({ connections: 2, providerTokens: 2 });
});

it('asks for the clock to be corrected when APNs calls a fresh token expired, and signs nothing', async () => {
	const client = aging();
	strike(first, answer(403, 'ExpiredProviderToken'));
	expect(await client.send(notification(1))).toMatchObject({
		outcome: 'rejected',
		reason: 'ExpiredProviderToken',
		attempts: 1,
	});
	expect(await client.send(notification(2))).toMatchObject({
		outcome: 'not sent',
		failure: { commonToRun: true, advice: expect.stringMatching(/clock/) },
	});
	expect(bench.simulator.counters().streams).toBe(1);
});

it('asks for the clock to be corrected when the replaced token is called expired too', async () => {
	const client = aging();
	await client.send(notification(2));
	wallMs += 30 * minute;
	strike(first, answer(403, 'ExpiredProviderToken'), 2);
	expect(await client.send(notification(1))).toMatchObject({
		outcome: 'rejected',
		reason: 'ExpiredProviderToken',
		attempts: 2,
	});
	expect(await client.send(notification(2))).toMatchObject({
		outcome: 'not sent',
		failure: { advice: expect.stringMatching(/clock/) },
	});
});

describe('a topic the connection may be too old to know', () => {
	const disallowed = answer(400, 'TopicDisallowed');

	it('is final on a connection just opened', async () => {
		strike(first, disallowed);
		expect(await bench.client().send(notification(1))).toMatchObject({
			outcome: 'rejected',
			reason: 'TopicDisallowed',
			attempts: 1,
		});
		expect(bench.simulator.counters().connections).toBe(1);
	});

	it('is tried on one new connection, with all pushes that met it', async () => {
		const client = bench.client();
		await client.send(notification(1_000));
		clock.skip(2 * minute);
		strikeFirstConnection(disallowed);
		const outcomes = await Promise.all(notifications(200).map((one) => client.send(one)));
		expect(outcomes.map(({ outcome, attempts }) => `${outcome} ${attempts}`)).toEqual(outcomes.map(() => 'accepted 2'));
		expect(bench.simulator.counters().connections).toBe(2);
	});

	it('earns no second drain within the hour, whichever client asks', async () => {
		await bench.client().send(notification(2));
		bench.simulator.script.at(first, disallowed, { times: 10 });
		for (const connections of [2, 2, 2]) {
			clock.skip(2 * minute);
			expect(await bench.client().send(notification(1))).toMatchObject({
				outcome: 'rejected',
				reason: 'TopicDisallowed',
			});
			expect(bench.simulator.counters().connections).toBe(connections);
		}
		clock.skip(60 * minute);
		await bench.client().send(notification(1));
		expect(bench.simulator.counters().connections).toBe(3);
	});

	it('is asked for apart from other topics', async () => {
		const client = bench.client();
		await client.send(notification(2));
		clock.skip(2 * minute);
		strike(first, disallowed, 2);
		await client.send(notification(1));
		clock.skip(2 * minute);
		strike(first, disallowed);
		expect(await client.send(notification(1, { topic: `${bundleId}.voip`, pushType: 'voip' }))).toMatchObject({
			outcome: 'accepted',
			attempts: 2,
		});
	});
});
