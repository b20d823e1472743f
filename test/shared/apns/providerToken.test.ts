/** One provider token per team and key: its form, when it is signed again, and when not. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import type { TokenIdentity } from '../../../nodes/shared/apns/identity';
import { ProviderTokenStore, signProviderToken } from '../../../nodes/shared/apns/providerToken';
import { createSigningKey } from '../../../tools/simulator/authority';

const key = createSigningKey('ABC123DEFG');
const identity: TokenIdentity = {
	type: 'token',
	teamId: 'DEF123GHIJ',
	keyId: 'ABC123DEFG',
	privateKeyPem: key.privateKeyPem,
};
const startMs = Date.UTC(2026, 10, 24, 12);
const minuteMs = 60_000;

/** A store on clocks that stand still, with signatures that are only counted. */
function frozen(): {
	store: ProviderTokenStore;
	wall(minutes: number): void;
	monotonic(minutes: number): void;
	pass(minutes: number): void;
	signed: string[];
} {
	let nowMs = startMs;
	let monotonicMs = 5 * minuteMs;
	const signed: string[] = [];
	const store = new ProviderTokenStore({
		nowMs: () => nowMs,
		monotonicMs: () => monotonicMs,
		sign: ({ teamId, keyId }, seconds) => {
			signed.push(`${teamId}.${keyId}.${seconds}`);
			return Promise.resolve(signed.at(-1) ?? '');
		},
	});
	const wall = (minutes: number): void => void (nowMs += minutes * minuteMs);
	const monotonic = (minutes: number): void => void (monotonicMs += minutes * minuteMs);
	return {
		store,
		wall,
		monotonic,
		pass(minutes) {
			wall(minutes);
			monotonic(minutes);
		},
		signed,
	};
}

describe('a provider token', () => {
	it('is an ES256 JWT with kid, iss and a number of seconds', async () => {
		const store = new ProviderTokenStore({ nowMs: () => startMs + 999 });
		const token = await store.get(identity);
		const [header = '', claims = '', signature = ''] = token.split('.');
		expect(Buffer.from(header, 'base64url').toString()).toBe('{"alg":"ES256","kid":"ABC123DEFG"}');
		expect(Buffer.from(claims, 'base64url').toString()).toBe(`{"iss":"DEF123GHIJ","iat":${startMs / 1_000}}`);
		const publicKey = createPublicKey(key.privateKeyPem);
		expect(
			verify(
				'sha256',
				Buffer.from(`${header}.${claims}`),
				{ key: publicKey, dsaEncoding: 'ieee-p1363' },
				Buffer.from(signature, 'base64url'),
			),
		).toBe(true);
	});

	it('rejects a key that cannot sign, without showing it', async () => {
		const privateKeyPem = generateKeyPairSync('ec', { namedCurve: 'P-384' })
			.privateKey.export({ type: 'pkcs8', format: 'pem' })
			.toString();
		const told = await signProviderToken({ ...identity, privateKeyPem }, 1).then(
			() => 'it signed',
			(error: unknown) => String(error) + String(Reflect.get(Object(error), 'stack')),
		);
		expect(told).not.toContain('it signed');
		expect(told).not.toContain(privateKeyPem.slice(30, 60));
	});
});

describe('the store of provider tokens', () => {
	it('signs once for all who ask at the same time, and answers at once from then on', async () => {
		const { store, signed } = frozen();
		const answers = await Promise.all([store.get(identity), store.get(identity), store.get({ ...identity })]);
		expect(new Set(answers).size).toBe(1);
		expect(store.get(identity)).toBe(answers[0]);
		expect(signed).toEqual([`DEF123GHIJ.ABC123DEFG.${startMs / 1_000}`]);
		expect(store.issuedAtMs(identity)).toBe(startMs);
	});

	it('keeps teams, key ids and keys apart', async () => {
		const { store, signed } = frozen();
		await store.get(identity);
		await store.get({ ...identity, teamId: 'OTHERTEAM1' });
		await store.get({ ...identity, keyId: 'OTHERKEY01' });
		await store.get({ ...identity, privateKeyPem: createSigningKey().privateKeyPem });
		expect(signed).toHaveLength(4);
		expect([store.get(identity), store.get({ ...identity, teamId: 'OTHERTEAM1' })]).toEqual(signed.slice(0, 2));
	});

	it('replaces a token at 50 minutes, not before', async () => {
		const { store, pass, signed } = frozen();
		const first = await store.get(identity);
		pass(49.99);
		expect(store.get(identity)).toBe(first);
		pass(0.01);
		const second = await store.get(identity);
		expect(second).not.toBe(first);
		expect(store.get(identity)).toBe(second);
		expect(signed).toHaveLength(2);
	});

	it('measures age by a clock of its own when none is given', async () => {
		let nowMs = startMs;
		const store = new ProviderTokenStore({
			nowMs: () => nowMs,
			sign: (_identity, seconds) => Promise.resolve(`${seconds}`),
		});
		const first = await store.get(identity);
		expect(store.get(identity)).toBe(first);
		nowMs += 50 * minuteMs;
		expect(await store.get(identity)).toBe(`${nowMs / 1_000}`);
	});

	it('lends the token in use while its successor is signed, until it is of no use', async () => {
		const { store, pass } = frozen();
		expect([store.inUse(identity), store.issuedAtMs(identity)]).toEqual([undefined, undefined]);
		const token = await store.get(identity);
		pass(50);
		const successor = store.get(identity);
		expect(store.inUse(identity)).toBe(token);
		await successor;
		pass(58.99);
		expect(store.inUse(identity)).toBe(await successor);
		pass(0.01);
		expect(store.inUse(identity)).toBeUndefined();
	});

	it('lends no token that APNs refused', async () => {
		const { store, pass } = frozen();
		const token = await store.get(identity);
		pass(20);
		store.replace(identity, token);
		expect([store.inUse(identity), store.issuedAtMs(identity)]).toEqual([undefined, undefined]);
	});

	it('tells the ages of the tokens in use, by the clock that says more', async () => {
		const { store, wall, monotonic, pass } = frozen();
		expect(store.agesMs()).toEqual([]);
		const token = await store.get(identity);
		wall(30);
		monotonic(20);
		await store.get({ ...identity, teamId: 'OTHERTEAM1' });
		expect(store.agesMs()).toEqual([30 * minuteMs, 0]);
		wall(-35);
		expect(store.agesMs()).toEqual([20 * minuteMs, 0]);
		pass(1);
		store.replace(identity, token);
		expect(store.agesMs()).toEqual([minuteMs]);
	});

	it('counts each change of which token is to be used', async () => {
		const { store, pass } = frozen();
		const token = await store.get(identity);
		pass(20);
		const counts = [store.changes];
		store.replace(identity, token);
		counts.push(store.changes);
		await store.get(identity);
		counts.push(store.changes);
		expect(counts).toEqual([1, 2, 3]);
	});

	it('tries again after a failed signature, and lets nobody fall over it who did not wait', async () => {
		let fails = true;
		const store = new ProviderTokenStore({
			nowMs: () => startMs,
			sign: () => (fails ? Promise.reject(new Error('no')) : Promise.resolve('token')),
		});
		void store.get(identity);
		await expect(store.get(identity)).rejects.toThrow('no');
		fails = false;
		expect(await store.get(identity)).toBe('token');
	});

	describe('told that a token expired', () => {
		it('signs nothing within 20 minutes of the last signature', async () => {
			const { store, pass, signed } = frozen();
			const token = await store.get(identity);
			pass(19.99);
			expect(store.replace(identity, token)).toEqual({ replaced: false, why: 'signedRecently' });
			expect(store.get(identity)).toBe(token);
			expect(signed).toHaveLength(1);
		});

		it('signs once after that, however many answers say so', async () => {
			const { store, pass, signed } = frozen();
			const token = await store.get(identity);
			pass(20);
			expect([store.replace(identity, token), store.replace(identity, token)]).toEqual([
				{ replaced: true },
				{ replaced: true },
			]);
			const fresh = await store.get(identity);
			expect(store.replace(identity, token)).toEqual({ replaced: true });
			expect(store.get(identity)).toBe(fresh);
			expect(store.replace(identity, fresh)).toEqual({ replaced: false, why: 'signedRecently' });
			expect(signed).toHaveLength(2);
		});
	});

	describe('told of too many updates', () => {
		it('keeps the token past 50 minutes, but not past its hour', async () => {
			const { store, pass, signed } = frozen();
			const token = await store.get(identity);
			pass(45);
			store.keep(identity);
			pass(13);
			expect(store.get(identity)).toBe(token);
			pass(1);
			expect(await store.get(identity)).not.toBe(token);
			expect(signed).toHaveLength(2);
		});

		it('signs again when 20 minutes have passed', async () => {
			const { store, pass, signed } = frozen();
			await store.get(identity);
			pass(31);
			store.keep(identity);
			pass(20);
			await store.get(identity);
			expect(signed).toHaveLength(2);
		});
	});

	describe('with a clock that jumps', () => {
		it('signs when the machine slept for an hour', async () => {
			const { store, wall, signed } = frozen();
			await store.get(identity);
			wall(60);
			await store.get(identity);
			expect(signed[1]).toBe(`DEF123GHIJ.ABC123DEFG.${startMs / 1_000 + 3_600}`);
		});

		it('does not let a clock set back stretch the life of a token', async () => {
			const { store, wall, monotonic, signed } = frozen();
			await store.get(identity);
			wall(-4);
			monotonic(50);
			await store.get(identity);
			expect(signed).toHaveLength(2);
		});

		it('goes on with a token when the clock was set back by less than five minutes', async () => {
			const { store, wall, monotonic, signed } = frozen();
			const token = await store.get(identity);
			wall(-4.99);
			monotonic(30);
			expect(store.get(identity)).toBe(token);
			wall(-0.01);
			await store.get(identity);
			expect(signed).toHaveLength(2);
		});

		it('replaces a token from the future as soon as 20 minutes have passed', async () => {
			const { store, wall, pass, signed } = frozen();
			const token = await store.get(identity);
			wall(-120);
			expect(store.get(identity)).toBe(token);
			expect(store.replace(identity, token)).toEqual({ replaced: false, why: 'signedRecently' });
			pass(20);
			await store.get(identity);
			expect(signed).toHaveLength(2);
		});
	});

	it('forgets the token signed longest ago, not the identity that came first', async () => {
		const { store, signed, pass } = frozen();
		const named = (n: number): TokenIdentity => ({ ...identity, keyId: `KEY${String(n).padStart(7, '0')}` });
		await store.get(identity);
		await store.get(named(0));
		pass(51);
		await store.get(identity);
		for (let n = 1; n <= 1_023; n++) await store.get(named(n));
		expect(signed).toHaveLength(1_026);
		await store.get(identity);
		expect(signed).toHaveLength(1_026);
	});

	it('forgets none that is being signed', async () => {
		const { store, signed } = frozen();
		const numbers = Array.from({ length: 1_100 }, (_none, n) => n);
		// The first is asked for again while all are being signed.
		await Promise.all(
			[...numbers, 0].map(async (n) => await store.get({ ...identity, keyId: `KEY${String(n).padStart(7, '0')}` })),
		);
		expect(signed).toHaveLength(1_100);
	});

	it('forgets the oldest of very many identities', async () => {
		const { store, signed } = frozen();
		await store.get(identity);
		for (let n = 0; n < 1_024; n++) await store.get({ ...identity, keyId: `KEY${String(n).padStart(7, '0')}` });
		expect(signed).toHaveLength(1_025);
		await store.get(identity);
		expect(signed).toHaveLength(1_026);
	});
});
