/** Provider tokens: what makes one valid, what binds a connection to it, and what it does to the connection when it is not. */
import { createSigningKey } from '../../tools/simulator/authority';
import { closeAfterEach } from '../closing';
import type { Bench } from './testClient';
import { bundleId, startBench, teamId } from './testClient';

const minuteMs = 60_000;
const startMs = Date.parse('2026-03-01T12:00:00Z');
const payload = '{"aps":{}}';

let nowMs = startMs;
const clock = () => nowMs;
const closing = closeAfterEach();

async function bench(...args: Parameters<typeof startBench>): Promise<Bench> {
	nowMs = startMs;
	const [options = {}, team] = args;
	return closing(await startBench({ clock, ...options }, team));
}

const secondsAgo = (minutes: number) => (nowMs - minutes * minuteMs) / 1000;

test.each([
	['a raw signature', {}],
	['a DER signature', { signature: 'der' as const }],
	['typ in the header', { header: { typ: 'JWT' } }],
	[
		'iat as digits in a string, and kid among the claims',
		{ claims: { iat: String(startMs / 1000), kid: 'KEY0000001' } },
	],
	['an age of 60 minutes', { issuedAtSeconds: startMs / 1000 - 3600 }],
])('a token with %s is accepted', async (_what, claims) => {
	const own = await bench();
	const client = await own.connect();
	expect((await client.request(own.push({ authorization: `bearer ${own.token(claims)}` }), payload)).status).toBe(200);
});

test.each([
	['another algorithm in the header', { header: { alg: 'HS256' } }],
	['no key id', { header: { kid: undefined } }],
	['an unknown key', { keyId: 'KEYUNKNOWN' }],
	['the wrong team', { teamId: 'TEAM999999' }],
	['no iat', { claims: { iat: undefined } }],
	['an iat that is a date in words', { claims: { iat: 'yesterday' } }],
	["another key's signature", { privateKeyPem: createSigningKey().privateKeyPem }],
])('a token with %s is InvalidProviderToken', async (_what, claims) => {
	const own = await bench();
	const client = await own.connect();
	expect((await client.request(own.push({ authorization: `bearer ${own.token(claims)}` }), payload)).reason).toBe(
		'InvalidProviderToken',
	);
	expect(own.simulator.journal.connections[0]?.limitsSent).toEqual([1]);
});

test('the scheme is bearer in lower case, and nothing else', async () => {
	const own = await bench();
	const client = await own.connect();
	expect((await client.request(own.push({ authorization: `Bearer ${own.token()}` }), payload)).reason).toBe(
		'MissingProviderToken',
	);
});

test('a token older than an hour expires, and the connection answers nothing else ever after', async () => {
	const own = await bench();
	const client = await own.connect();
	expect((await client.request(own.push(), payload)).status).toBe(200);
	nowMs += 61 * minuteMs;
	expect(await client.request(own.push(), payload)).toMatchObject({ status: 403, reason: 'ExpiredProviderToken' });
	const freshToken = own.push({ authorization: `bearer ${own.token()}` });
	expect((await client.request(freshToken, payload)).reason).toBe('ExpiredProviderToken');
	expect(own.simulator.journal.connections[0]?.limitsSent).toEqual([1, 1000, 1]);
	const second = await own.connect();
	expect((await second.request(freshToken, payload)).status).toBe(200);
});

test('a token from more than an hour ahead is ExpiredProviderToken', async () => {
	const own = await bench();
	const client = await own.connect();
	expect(
		(
			await client.request(
				own.push({ authorization: `bearer ${own.token({ issuedAtSeconds: secondsAgo(-61) })}` }),
				payload,
			)
		).reason,
	).toBe('ExpiredProviderToken');
});

test('two tokens less than 20 minutes apart are too many on one connection, not on two', async () => {
	const own = await bench();
	const client = await own.connect();
	const first = own.push({ authorization: `bearer ${own.token({ issuedAtSeconds: secondsAgo(19) })}` });
	const second = own.push({ authorization: `bearer ${own.token()}` });
	expect((await client.request(first, payload)).status).toBe(200);
	expect(await client.request(second, payload)).toMatchObject({ status: 429, reason: 'TooManyProviderTokenUpdates' });
	expect((await client.request(first, payload)).status).toBe(200);
	expect((await (await own.connect()).request(second, payload)).status).toBe(200);
	expect(own.simulator.counters()).toMatchObject({ connections: 2, providerTokens: 2 });
});

test('a token 20 minutes younger replaces the first; measured strictly, the connection must have used it for 20 minutes', async () => {
	for (const [strictTokenUpdates, reason] of [
		[false, undefined],
		[true, 'TooManyProviderTokenUpdates'],
	] as const) {
		const own = await bench({ strictTokenUpdates });
		const client = await own.connect();
		expect(
			(
				await client.request(
					own.push({ authorization: `bearer ${own.token({ issuedAtSeconds: secondsAgo(20) })}` }),
					payload,
				)
			).status,
		).toBe(200);
		expect((await client.request(own.push({ authorization: `bearer ${own.token()}` }), payload)).reason).toBe(reason);
	}
});

test('the first push binds the connection to its team', async () => {
	const stranger = createSigningKey('KEY0000002');
	const own = await bench({
		teams: [
			{
				teamId: 'TEAM000002',
				keys: [{ keyId: stranger.keyId, publicKey: stranger.publicKey }],
				bundleIds: ['com.stranger.app'],
			},
		],
	});
	const theirs = own.push({
		'apns-topic': 'com.stranger.app',
		authorization: `bearer ${own.token({ teamId: 'TEAM000002', ...stranger })}`,
	});
	const client = await own.connect();
	expect((await client.request(own.push(), payload)).status).toBe(200);
	expect((await client.request(theirs, payload)).reason).toBe('InvalidProviderToken');
	expect((await (await own.connect()).request(theirs, payload)).status).toBe(200);
});

test('a bundle id added later is unknown to connections that were bound before', async () => {
	const own = await bench();
	const client = await own.connect();
	expect((await client.request(own.push(), payload)).status).toBe(200);
	own.simulator.teams.addBundleId(teamId, 'com.example.second');
	const second = own.push({ 'apns-topic': 'com.example.second' });
	expect((await client.request(second, payload)).reason).toBe('TopicDisallowed');
	expect((await (await own.connect()).request(second, payload)).status).toBe(200);
});

test('a revoked key is refused at once, and rotation gives a key that works', async () => {
	const own = await bench();
	const client = await own.connect();
	expect((await client.request(own.push(), payload)).status).toBe(200);
	const rotated = own.simulator.rotateKeys(teamId);
	expect((await client.request(own.push(), payload)).reason).toBe('InvalidProviderToken');
	const second = await own.connect();
	expect((await second.request(own.push({ authorization: `bearer ${own.token(rotated)}` }), payload)).status).toBe(200);
	own.simulator.revoke(rotated.keyId);
	expect((await second.request(own.push({ authorization: `bearer ${own.token(rotated)}` }), payload)).reason).toBe(
		'InvalidProviderToken',
	);
});

describe('keys of limited scope', () => {
	const team = createSigningKey('KEYTEAM001');
	const topicA = createSigningKey('KEYTOPICA1');
	const topicB = createSigningKey('KEYTOPICB1');
	const related = createSigningKey('KEYRELATED');
	const production = createSigningKey('KEYPRODUCT');
	const spec = {
		bundleIds: [bundleId, 'com.example.second'],
		keys: [
			{ ...team },
			{ ...topicA, scope: [bundleId], environment: 'development' as const, relatedKeyId: related.keyId },
			{ ...topicB, scope: [bundleId], environment: 'development' as const },
			{ ...related, scope: [bundleId], environment: 'development' as const },
			{ ...production, environment: 'production' as const },
		],
	};
	const signed = new Map<string, string>();
	const by = (own: Bench, key: typeof team, headers: Record<string, string> = {}) => {
		const token = signed.get(key.keyId) ?? own.token(key);
		signed.set(key.keyId, token);
		return own.push({ authorization: `bearer ${token}`, ...headers });
	};

	test('a key of the other environment is refused, spelled as on the wire or as on the page', async () => {
		for (const [reasonSpelling, reason] of [
			['observed', 'BadEnvironmentKeyInToken'],
			['documented', 'BadEnvironmentKeyIdInToken'],
		] as const) {
			const own = await bench({ reasonSpelling }, spec);
			expect(await (await own.connect()).request(by(own, production), payload)).toMatchObject({ status: 403, reason });
		}
	});

	test('a topic-specific key pushes to its topics only', async () => {
		const own = await bench({}, spec);
		const client = await own.connect();
		expect((await client.request(by(own, topicA), payload)).status).toBe(200);
		expect(
			(await client.request(by(own, topicA, { 'apns-topic': `${bundleId}.voip`, 'apns-push-type': 'voip' }), payload))
				.status,
		).toBe(200);
		expect((await client.request(by(own, topicA, { 'apns-topic': 'com.example.second' }), payload)).reason).toBe(
			'TopicDisallowed',
		);
	});

	test('related keys share a connection; unrelated ones, and team keys with topic keys, do not', async () => {
		const own = await bench({}, spec);
		const client = await own.connect();
		expect((await client.request(by(own, topicA), payload)).status).toBe(200);
		expect((await client.request(by(own, related), payload)).status).toBe(200);
		expect(await client.request(by(own, topicB), payload)).toMatchObject({
			status: 403,
			reason: 'UnrelatedKeyIdInToken',
		});
		expect((await client.request(by(own, team), payload)).reason).toBe('UnrelatedKeyIdInToken');
		const second = await own.connect();
		expect((await second.request(by(own, team), payload)).status).toBe(200);
		expect((await second.request(by(own, topicA), payload)).reason).toBe('UnrelatedKeyIdInToken');
	});
});
