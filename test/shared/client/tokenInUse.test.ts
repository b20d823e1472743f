/** The provider token of a client is the store's, at once when it changes and soon when it ages. */
import { ProviderTokenStore } from '../../../nodes/shared/apns/providerToken';
import { defaults } from '../../../nodes/shared/client/defaults';
import { TokenInUse } from '../../../nodes/shared/client/tokenInUse';

const minute = 60_000;
const identity = { type: 'token', teamId: 'TEAM000001', keyId: 'KEY0000001', privateKeyPem: 'not read here' } as const;

let nowMs: number;
let signed: number;
let store: ProviderTokenStore;

beforeEach(() => {
	nowMs = 1_000_000_000_000;
	signed = 0;
	store = new ProviderTokenStore({
		nowMs: () => nowMs,
		monotonicMs: () => nowMs,
		sign: async () => await Promise.resolve(`token ${++signed}`),
	});
});

test('nothing can leave before the first token is signed', async () => {
	const token = new TokenInUse(store, identity);
	expect(token.current(nowMs)).toBeNull();
	expect(await token.get(nowMs)).toBe('token 1');
	expect(token.get(nowMs)).toBe('token 1');
	expect(token.current(nowMs)).toBe('token 1');
	expect(signed).toBe(1);
});

test('an old token is used until its successor is signed, and not a look longer', async () => {
	const token = new TokenInUse(store, identity);
	await token.get(nowMs);
	nowMs += 51 * minute;
	expect(token.current(nowMs)).toBe('token 1');
	await token.get(nowMs);
	expect(token.current(nowMs)).toBe('token 2');
});

test('its age is noticed within a look', async () => {
	const token = new TokenInUse(store, identity);
	await token.get(nowMs);
	nowMs += 50 * minute - 1;
	expect(token.get(nowMs)).toBe('token 1');
	expect(await token.get(nowMs + defaults.tokenLookMs - 1)).toBe('token 1');
	nowMs += defaults.tokenLookMs;
	expect(await token.get(nowMs)).toBe('token 2');
});

test('a token APNs refused is gone for every client at once', async () => {
	const [mine, theirs] = [new TokenInUse(store, identity), new TokenInUse(store, identity)];
	await mine.get(nowMs);
	nowMs += 30 * minute;
	expect(theirs.get(nowMs)).toBe('token 1');
	expect(mine.get(nowMs)).toBe('token 1');
	expect(mine.replace('token 1')).toEqual({ replaced: true });
	expect(theirs.current(nowMs)).toBeNull();
	expect(await theirs.get(nowMs)).toBe('token 2');
	expect(mine.get(nowMs)).toBe('token 2');
});

test('the store is asked once in a look, while it stays as it is', async () => {
	const token = new TokenInUse(store, identity);
	await token.get(nowMs);
	const asked = jest.spyOn(store, 'get');
	void token.get(nowMs);
	void token.get(nowMs + defaults.tokenLookMs - 1);
	void token.current(nowMs + defaults.tokenLookMs - 1);
	expect(asked).toHaveBeenCalledTimes(1);
	void token.get(nowMs + defaults.tokenLookMs);
	expect(asked).toHaveBeenCalledTimes(2);
	asked.mockRestore();
});

test('a token that APNs wants kept is kept by the store', async () => {
	const token = new TokenInUse(store, identity);
	await token.get(nowMs);
	const kept = jest.spyOn(store, 'keep');
	token.keep();
	expect(kept).toHaveBeenCalledWith(identity);
	kept.mockRestore();
});
