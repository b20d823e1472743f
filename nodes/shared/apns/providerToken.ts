/** Provider tokens: one per team and key for the process, signed rarely (Apple, "Establishing a token-based connection to APNs"). */
import { importPKCS8, SignJWT } from '../vendor/jose';
import type { TokenIdentity } from './identity';
import { identityHash } from './identityKey';

/** Apple refuses tokens older than an hour; ten minutes are left for queues and clocks (pushy and apns2 use 50 too). */
const REPLACE_AFTER_MS = 50 * 60_000;
/** A newer token within 20 minutes on one connection draws TooManyProviderTokenUpdates. */
const NEVER_WITHIN_MS = 20 * 60_000;
/** Apple counts an hour; a token asked to be kept is given up a little before. */
const USELESS_AFTER_MS = 59 * 60_000;
/** `iat` so far ahead of the clock means that the clock was set back: it was wrong then, or is now. */
const AHEAD_OF_CLOCK_MS = 5 * 60_000;
/** Identities remembered; more than one process serves. */
const MAX_TOKENS = 1_024;

export interface ProviderTokenStoreOptions {
	/** Wall clock, milliseconds since epoch: `iat` is compared with Apple's. */
	readonly nowMs?: () => number;
	/** Monotonic clock, milliseconds from any start: a wall clock that is corrected does not change the age of a token. */
	readonly monotonicMs?: () => number;
	/** Signs a token; replaced in tests that count signatures. */
	readonly sign?: (identity: TokenIdentity, issuedAtSeconds: number) => Promise<string>;
}

interface Entry {
	token: string | undefined;
	/** By the wall clock, as `iat` says. */
	issuedAtMs: number;
	/** By the monotonic clock. */
	signedAtMs: number;
	/** Nothing is signed before, by the monotonic clock; `keep` asks for it. */
	keptUntilMs: number;
	pending: Promise<string> | undefined;
}

/** Whether a token that APNs called expired has been replaced. */
export type Replacement = { readonly replaced: true } | { readonly replaced: false; readonly why: 'signedRecently' };

/** ES256 over `{alg, kid}` and `{iss, iat}`; `iat` is a number of seconds. Rejects when the key cannot sign. */
export async function signProviderToken(identity: TokenIdentity, issuedAtSeconds: number): Promise<string> {
	const key = await importPKCS8(identity.privateKeyPem, 'ES256');
	return await new SignJWT({ iss: identity.teamId, iat: issuedAtSeconds })
		.setProtectedHeader({ alg: 'ES256', kid: identity.keyId })
		.sign(key);
}

export class ProviderTokenStore {
	/** Counts what changes which token is to be used: signatures, refusals. */
	changes = 0;
	private readonly entries = new Map<string, Entry>();
	private readonly hashes = new WeakMap<TokenIdentity, string>();
	private readonly nowMs: () => number;
	private readonly monotonicMs: () => number;
	private readonly sign: (identity: TokenIdentity, issuedAtSeconds: number) => Promise<string>;

	constructor(options: ProviderTokenStoreOptions = {}) {
		this.nowMs = options.nowMs ?? Date.now;
		this.monotonicMs = options.monotonicMs ?? (() => performance.now());
		this.sign = options.sign ?? signProviderToken;
	}

	/** The token to use now: at once when one is fresh, else as a promise that all callers share. Rejects when signing fails. */
	get(identity: TokenIdentity): string | Promise<string> {
		const entry = this.entry(identity);
		if (entry.token !== undefined && this.isGood(entry)) return entry.token;
		return this.signOnce(identity, entry);
	}

	/** The token that goes on being used while its successor is signed; undefined when there is none, or APNs refused it. */
	inUse(identity: TokenIdentity): string | undefined {
		const entry = this.entry(identity);
		return this.ageMs(entry) < USELESS_AFTER_MS ? entry.token : undefined;
	}

	/** When the token in use was signed, milliseconds since epoch. */
	issuedAtMs(identity: TokenIdentity): number | undefined {
		const entry = this.entry(identity);
		return entry.token === undefined ? undefined : entry.issuedAtMs;
	}

	/** Ages of all tokens in use, milliseconds; for reports. */
	agesMs(): number[] {
		return [...this.entries.values()].filter(({ token }) => token !== undefined).map((entry) => this.ageMs(entry));
	}

	/**
	 * APNs called `refused` expired. Forgets it, unless a newer one is there already; never within 20 minutes of its
	 * signature, since then the clock is wrong and another token would be refused as well.
	 */
	replace(identity: TokenIdentity, refused: string): Replacement {
		const entry = this.entry(identity);
		if (entry.token !== refused) return { replaced: true };
		if (this.ageMs(entry) < NEVER_WITHIN_MS) return { replaced: false, why: 'signedRecently' };
		entry.token = undefined;
		this.changes += 1;
		return { replaced: true };
	}

	/**
	 * APNs answered TooManyProviderTokenUpdates: nothing is signed for 20 minutes from now, unless the token in use ends
	 * before. (Another process with the same key may be the cause; a new token here would only add to it.)
	 */
	keep(identity: TokenIdentity): void {
		this.entry(identity).keptUntilMs = this.monotonicMs() + NEVER_WITHIN_MS;
	}

	/** Whether the token may be used as it is. */
	private isGood(entry: Entry): boolean {
		const wallMs = this.nowMs() - entry.issuedAtMs;
		const monotonicMs = this.monotonicMs();
		const ageMs = Math.max(wallMs, monotonicMs - entry.signedAtMs);
		if (ageMs >= REPLACE_AFTER_MS) return ageMs < USELESS_AFTER_MS && monotonicMs < entry.keptUntilMs;
		return wallMs > -AHEAD_OF_CLOCK_MS || ageMs < NEVER_WITHIN_MS;
	}

	/**
	 * The larger age of two clocks: the monotonic one stands still while a machine sleeps, the wall clock may be set back.
	 * Set forward by mistake it makes one token too many; Apple then would refuse the old one as well if it was no mistake.
	 */
	private ageMs(entry: Entry): number {
		return Math.max(this.nowMs() - entry.issuedAtMs, this.monotonicMs() - entry.signedAtMs);
	}

	private entry(identity: TokenIdentity): Entry {
		let hash = this.hashes.get(identity);
		if (hash === undefined) {
			hash = identityHash(identity);
			this.hashes.set(identity, hash);
		}
		const known = this.entries.get(hash);
		if (known !== undefined) return known;
		if (this.entries.size >= MAX_TOKENS) this.makeRoom();
		const entry: Entry = { token: undefined, issuedAtMs: 0, signedAtMs: 0, keptUntilMs: 0, pending: undefined };
		this.entries.set(hash, entry);
		return entry;
	}

	/** The token signed longest ago leaves: its key may sign again soonest. One that is being signed stays. */
	private makeRoom(): void {
		let oldest: readonly [string, Entry] | undefined;
		for (const entry of this.entries) {
			if (entry[1].pending === undefined && (oldest === undefined || entry[1].signedAtMs < oldest[1].signedAtMs))
				oldest = entry;
		}
		if (oldest !== undefined) this.entries.delete(oldest[0]);
	}

	private signOnce(identity: TokenIdentity, entry: Entry): Promise<string> {
		if (entry.pending !== undefined) return entry.pending;
		const issuedAtMs = this.nowMs();
		const signedAtMs = this.monotonicMs();
		const pending = this.sign(identity, Math.floor(issuedAtMs / 1_000))
			.then((token) => {
				entry.token = token;
				entry.issuedAtMs = issuedAtMs;
				entry.signedAtMs = signedAtMs;
				this.changes += 1;
				return token;
			})
			.finally(() => {
				entry.pending = undefined;
			});
		// Who only looks for a fresher token drops this promise; its failure must not end the process.
		pending.catch(() => undefined);
		entry.pending = pending;
		return pending;
	}
}
