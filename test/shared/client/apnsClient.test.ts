/** One request in its lane, without a network: which lane it takes, what its answers do to lane and token, and how it ends. */
import { ProviderTokenStore } from '../../../nodes/shared/apns/providerToken';
import type { ProviderIdentity } from '../../../nodes/shared/apns/identity';
import { ApnsClient, type ApnsClientOptions, type RequestOptions } from '../../../nodes/shared/client/apnsClient';
import type { Outcome } from '../../../nodes/shared/outcome';
import type { Clock } from '../../../nodes/shared/transport/clock';
import { TransportError } from '../../../nodes/shared/transport/errors';
import type { Attempt, LaneRequest } from '../../../nodes/shared/transport/request';
import type { SessionCache } from '../../../nodes/shared/transport/sessionCache';
import { createManualClock } from './manualClock';

const token: ProviderIdentity = { type: 'token', teamId: 'T', keyId: 'K', privateKeyPem: 'KEY' };
const day = 86_400_000;
const wallNowMs = 1_000 * day;
const certificate: ProviderIdentity = {
	type: 'certificate',
	certificatePem: 'C',
	privateKeyPem: 'KEY',
	facts: {
		commonName: 'x',
		topics: ['com.example'],
		environments: ['production'],
		notBeforeMs: 0,
		notAfterMs: 2_000 * day,
		fingerprint256: '',
	},
};
const payload = Buffer.from('{}');
const notification = { deviceToken: 'ab', topic: 'com.example', payload };
const endpoint = { host: 'api.push.apple.com', port: 443 };
const managementEndpoint = { host: 'api-manage-broadcast.push.apple.com', port: 2196 };

function bench(options: Partial<ApnsClientOptions> = {}) {
	const clock = createManualClock();
	const said: string[] = [];
	const asked: unknown[] = [];
	const submitted: LaneRequest[] = [];
	const carrier = { createdAtMs: 0, livedMs: 0, cancel: () => undefined };
	const laneState = {
		isClosed: false,
		broadcastsHeldUntilMs: -Infinity,
		causeHelps: true,
		onReplace: (): void => undefined,
	};
	const tokens = new ProviderTokenStore({
		nowMs: () => wallNowMs + clock.now(),
		monotonicMs: () => clock.now(),
		sign: async () => await Promise.resolve('SIGNED'),
	});
	const lane = () => ({
		get isClosed() {
			return laneState.isClosed;
		},
		get broadcastsHeldUntilMs() {
			return laneState.broadcastsHeldUntilMs;
		},
		get nowMs() {
			return clock.now();
		},
		submit: (request: LaneRequest) => {
			request.underWay = true;
			submitted.push(request);
		},
		cancel: (request: LaneRequest, error: TransportError) => request.finish({ kind: 'notSent', error }),
		holdBroadcasts: (untilMs: number) => void said.push(`hold broadcasts until ${untilMs - clock.now()}`),
		replaceConnection: (of: unknown) => {
			said.push(`replace ${of === carrier ? 'its' : 'another'} connection`);
			laneState.onReplace();
		},
		replaceOlderConnections: (of: unknown) =>
			void said.push(`replace older than ${of === carrier ? 'its' : 'another'}`),
		replaceForCause: (cause: string) => (said.push(`replace for ${cause}`), laneState.causeHelps),
		stopForCredential: ({ code }: TransportError) => void said.push(`stop for ${code}`),
	});
	const cache = { clock, lane: (about: unknown) => (asked.push(about), lane()) } as unknown as SessionCache;
	const client = new ApnsClient({
		identity: token,
		endpoint,
		managementEndpoint,
		cache,
		tokens,
		wallNowMs: () => wallNowMs,
		uuid: () => 'MADE',
		processEnvironment: {},
		...options,
	});
	const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
	/** The request in the lane gets a stream and this end; `repeats` are what the lane did before. */
	async function end(attempt: Attempt, mark: string | null = 'SIGNED', repeats?: string[]): Promise<void> {
		await settle();
		const request = submitted.shift();
		if (request === undefined) throw new Error('Nothing waits in the lane');
		request.attempts += 1;
		request.repeats = repeats;
		request.carrier = carrier;
		request.sentMark = mark ?? undefined;
		request.finish(attempt);
		await settle();
	}
	return { client, clock, said, asked, submitted, laneState, tokens, end, settle };
}

const answered = (status: number, reason?: string): Attempt => ({
	kind: 'answered',
	status,
	fields: [],
	body: Buffer.from(reason === undefined ? '' : JSON.stringify({ reason })),
	complete: true,
});
const lost: Attempt = { kind: 'unknown', error: new TransportError('connectionLost', 'lost') };
const told = ({ outcome, attempts, repeats }: Outcome): unknown => [outcome, attempts, repeats];

describe('the lane', () => {
	it.each<readonly [ProviderIdentity, string | undefined, boolean, string | undefined, string | undefined]>([
		[token, 'cred', true, 'cred|push', 'cred|management'],
		[certificate, undefined, false, undefined, undefined],
	])(
		'of pushes and of channels differ in endpoint and owner, and are asked for once: %#',
		(identity, owner, tokenMode, push, management) => {
			const { client, asked, laneState } = bench({ identity, owner });
			const [one, other] = [client.lane('push'), client.lane('management')];
			expect([client.lane('push'), client.lane('management')]).toEqual([one, other]);
			expect(asked).toMatchObject([
				{ target: endpoint, tokenMode, owner: push },
				{ target: managementEndpoint, tokenMode, owner: management },
			]);
			laneState.isClosed = true;
			client.lane('push');
			expect(asked).toHaveLength(3);
		},
	);
});

describe('the id of a push', () => {
	const idOf = async (apnsId: string | undefined, options: RequestOptions): Promise<string | undefined> => {
		const { client, end } = bench();
		const sent = client.send({ ...notification, apnsId }, options);
		await end(answered(200));
		return (await sent).apnsId;
	};
	it.each<readonly [string | undefined, RequestOptions, string | undefined]>([
		[undefined, {}, undefined],
		[undefined, { onUnknown: 'report' }, undefined],
		[undefined, { onUnknown: 'sendAgain' }, 'MADE'],
		['OWN', {}, 'OWN'],
		['OWN', { onUnknown: 'sendAgain' }, 'OWN'],
	])('%p with %j is %p', async (apnsId, options, expected) => {
		expect(await idOf(apnsId, options)).toBe(expected);
	});
});

describe('an answer', () => {
	it('that the server goes away replaces its connection, and the push is sent again', async () => {
		const { client, said, end } = bench();
		const sent = client.send(notification);
		await end(answered(503, 'Shutdown'));
		await end(answered(200));
		expect([told(await sent), said]).toEqual([
			['accepted', 2, [{ why: 'Shutdown', waitedMs: 0 }]],
			['replace its connection'],
		]);
	});

	it.each([
		[true, ['accepted', 2]],
		[false, ['rejected', 1]],
	])('about a topic is asked of a new connection where that may help: %p', async (helps, expected) => {
		const { client, said, laneState, end } = bench();
		laneState.causeHelps = helps;
		const sent = client.send(notification);
		await end(answered(400, 'TopicDisallowed'));
		if (helps) await end(answered(200));
		const { outcome, attempts } = await sent;
		expect([[outcome, attempts], said]).toEqual([expected, ['replace for TopicDisallowed|com.example']]);
	});

	it('that the token expired replaces it where it is old, and stops the identity where it is fresh', async () => {
		const { client, clock, said, end } = bench();
		const first = client.send(notification);
		await end(answered(403, 'ExpiredProviderToken'));
		expect([(await first).outcome, said.splice(0)]).toEqual(['rejected', ['stop for credentialRefused']]);
		clock.advance(25 * 60_000);
		const second = client.send(notification);
		await end(answered(403, 'ExpiredProviderToken'));
		await end(answered(200));
		expect([(await second).outcome, said]).toEqual(['accepted', ['replace older than its']]);
	});

	it('that the credential is refused counts only against the token it carried', async () => {
		const { client, said, end } = bench();
		const late = client.send(notification);
		await end(answered(403, 'InvalidProviderToken'), 'OLDER');
		await late;
		expect(said).toEqual([]);
		const current = client.send(notification);
		await end(answered(403, 'InvalidProviderToken'));
		await current;
		expect(said).toEqual(['stop for credentialRefused']);
	});

	it('that too many tokens were signed keeps the one in use', async () => {
		const { client, tokens, end } = bench();
		const kept = jest.spyOn(tokens, 'keep');
		const sent = client.send(notification);
		await end(answered(429, 'TooManyProviderTokenUpdates'));
		expect([(await sent).outcome, kept.mock.calls.length]).toEqual(['rejected', 1]);
	});

	it('of success for another kind of request is none', async () => {
		const { client, end } = bench();
		const sent = client.send(notification);
		await end(answered(204));
		expect((await sent).outcome).toBe('unknown');
		const removed = client.channel({ operation: 'delete', bundleId: 'b', channelId: 'C' });
		await end(answered(204));
		expect((await removed).outcome).toBe('accepted');
	});
});

describe('waiting', () => {
	it.each<readonly [string, RequestOptions, string, number | undefined]>([
		['without a limit of its own', {}, 'accepted', 300_000],
		['within its limit', { queueTimeoutMs: 6_000 }, 'accepted', 0],
		['beyond its limit over all waits', { queueTimeoutMs: 5_999 }, 'rejected', undefined],
	])('after 429 goes on %s', async (_what, options, expected, leftInQueues) => {
		const { client, clock, submitted, end, settle } = bench();
		const sent = client.send(notification, options);
		await end(answered(429, 'TooManyRequests'));
		expect(clock.delays).toEqual([2_000]);
		clock.advance(2_000);
		await end(answered(429, 'TooManyRequests'));
		if (expected === 'accepted') {
			expect(clock.delays).toEqual([4_000]);
			clock.advance(4_000);
			await settle();
			expect(submitted[0]?.queueLeftMs).toBe(leftInQueues);
			await end(answered(200));
		}
		await settle();
		expect((await sent).outcome).toBe(expected);
	});

	it('keeps the process alive', async () => {
		const manual = createManualClock();
		const keeps: boolean[] = [];
		const after: Clock['after'] = (delayMs, callback) => ({
			...manual.after(delayMs, callback),
			keepAlive: (on) => void keeps.push(on),
		});
		const { client, end } = bench({ clock: { now: manual.now, soon: manual.soon, after } });
		void client.send(notification);
		await end(answered(429, 'TooManyRequests'));
		expect(keeps).toEqual([true]);
	});

	it('of a broadcast holds all broadcasts of the lane, and of a push no other', async () => {
		const { client, said, end } = bench();
		const broadcast = {
			bundleId: 'b',
			channelId: 'C',
			pushType: 'liveactivity',
			priority: 10,
			expirationSeconds: 0,
			payload,
		};
		void client.broadcast(broadcast);
		await end(answered(429, 'TooManyRequests'));
		expect(said).toEqual(['hold broadcasts until 2000']);
		void client.send(notification);
		await end(answered(429, 'TooManyRequests'));
		expect(said).toHaveLength(1);
	});

	it('broadcasts wait while the lane holds them, pushes do not', async () => {
		const { client, clock, laneState, submitted, settle } = bench();
		laneState.broadcastsHeldUntilMs = clock.now() + 500;
		void client.broadcast({
			bundleId: 'b',
			channelId: 'C',
			pushType: 'l',
			priority: 10,
			expirationSeconds: 0,
			payload,
		});
		void client.send(notification);
		await settle();
		expect([submitted.length, clock.delays]).toEqual([1, [500]]);
		clock.advance(500);
		await settle();
		expect(submitted).toHaveLength(2);
	});
});

describe('a stop', () => {
	it('before the request sends nothing', async () => {
		const { client, submitted } = bench();
		const { outcome, failure, attempts } = await client.send(notification, { signal: AbortSignal.abort() });
		expect([outcome, failure?.code, attempts, submitted.length]).toEqual(['not sent', 'aborted', 0, 0]);
	});

	it('while it waits for its token, in the lane or after 429 ends it at once', async () => {
		for (const at of ['token', 'lane', 'pause']) {
			const controller = new AbortController();
			const { client, clock, end, settle, submitted } = bench();
			const sent = client.send(notification, { signal: controller.signal });
			if (at !== 'token') await settle();
			if (at === 'pause') await end(answered(429, 'TooManyRequests'));
			controller.abort();
			const outcome = await sent;
			expect([at, outcome.outcome]).toEqual([at, at === 'pause' ? 'rejected' : 'not sent']);
			await settle();
			expect([clock.delays, submitted.length]).toEqual([[], at === 'lane' ? 1 : 0]);
		}
	});

	it('while its answer is judged ends it with that answer, and it is not sent again', async () => {
		const controller = new AbortController();
		const { client, end, submitted, laneState } = bench();
		laneState.onReplace = () => controller.abort();
		const sent = client.send(notification, { signal: controller.signal });
		await end(answered(503, 'Shutdown'));
		expect(await sent).toMatchObject({ outcome: 'rejected', reason: 'Shutdown', attempts: 1, repeats: [] });
		expect(submitted).toEqual([]);
	});

	it('stops all requests of its signal', async () => {
		const controller = new AbortController();
		const { client, settle } = bench();
		const all = [1, 2, 3].map(() => client.send(notification, { signal: controller.signal }));
		await settle();
		controller.abort();
		expect((await Promise.all(all)).map(({ failure }) => failure?.code)).toEqual(['aborted', 'aborted', 'aborted']);
	});
});

it('a token that cannot be signed ends the request with what to do', async () => {
	const tokens = new ProviderTokenStore({
		sign: async () => await Promise.reject(new Error('bad key')),
	});
	const { client } = bench({ tokens });
	expect(await client.send(notification)).toMatchObject({
		outcome: 'not sent',
		failure: {
			code: 'credentialRefused',
			message: 'The provider token could not be signed: bad key',
			advice: expect.stringContaining('.p8'),
		},
	});
});

it('an unknown outcome is sent again as often as allowed, and repeats are told', async () => {
	const { client, end } = bench();
	const sent = client.send(notification, { onUnknown: 'sendAgain' });
	await end(lost);
	await end(answered(200));
	expect(told(await sent)).toEqual(['accepted', 2, [{ why: 'unknown', waitedMs: 0 }]]);
});

it('what the lane sent again by itself is told as well', async () => {
	const { client, end } = bench();
	const sent = client.send(notification);
	await end(answered(200), 'SIGNED', ['refused', 'goaway']);
	expect((await sent).repeats).toEqual(['refused', 'goaway'].map((why) => ({ why, waitedMs: 0 })));
});

describe('a certificate', () => {
	it('carries no token, and a refusal of it stops its identity', async () => {
		const { client, said, end } = bench({ identity: certificate });
		const sent = client.send(notification);
		await end(answered(403, 'ExpiredProviderToken'), null);
		expect([(await sent).outcome, said]).toEqual(['rejected', ['stop for credentialRefused']]);
	});

	it('has no token to keep', async () => {
		const { client, said, end } = bench({ identity: certificate });
		const sent = client.send(notification);
		await end(answered(429, 'TooManyProviderTokenUpdates'), null);
		expect([(await sent).outcome, said]).toEqual(['rejected', []]);
	});

	it('is judged by the endpoint that it is shown to', () => {
		const { client } = bench({
			identity: certificate,
			managementEndpoint: { host: 'api-manage-broadcast.sandbox.push.apple.com', port: 2195 },
		});
		expect([client.refusal('push')?.code, client.refusal('management')?.code]).toEqual([
			undefined,
			'clientCertificateUnusable',
		]);
	});

	it.each<readonly [string, Partial<typeof certificate.facts>, string | undefined]>([
		['that is valid is used', {}, undefined],
		['that has expired is not', { notAfterMs: 1 }, 'clientCertificateUnusable'],
		['of the other environment is not', { environments: ['development'] }, 'clientCertificateUnusable'],
	])('%s', async (_what, facts, code) => {
		const { client, submitted, settle } = bench({
			identity: { ...certificate, facts: { ...certificate.facts, ...facts } },
		});
		expect([client.refusal('push')?.code, client.refusal('management')?.code]).toEqual([code, code]);
		void client.send(notification);
		await settle();
		expect(submitted).toHaveLength(code === undefined ? 1 : 0);
	});
});
