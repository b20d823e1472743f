/** Provider tokens: one per team and key for the process, signed rarely (Apple, "Establishing a token-based connection to APNs"). */
import { importPKCS8, SignJWT } from '../vendor/jose';
import type { TokenIdentity } from './identity';
import { identityHash } from './identityKey';

/** Apple refuses tokens older than an hour; ten minutes are left for queues and clocks (pushy and apns2 use 50 too). */
const REPLACE_AFTER_MS = 50 * 60_000;
/** A newer token within 20 minutes on one connection draws TooManyProviderTokenUpdates. */
const NEVER_WITHIN_MS = 20 * 60_000;
/** Identities remembered; more than one process serves. */
const MAX_TOKENS = 1_024;

export interface ProviderTokenStoreOptions {
	/** Wall clock, milliseconds since epoch: `iat` is compared with Apple's. */
	readonly nowMs?: () => number;
	/** Signs a token; replaced in tests that count signatures. */
	readonly sign?: (identity: TokenIdentity, issuedAtSeconds: number) => Promise<string>;
}

interface Entry {
	token: string | undefined;
	issuedAtMs: number;
	pending: Promise<string> | undefined;
}

/** Whether a token that APNs called expired has been replaced. */
export type Replacement = { readonly replaced: true } | { readonly replaced: false; readonly why: 'signedRecently' };

/** ES256 over `{alg, kid}` and `{iss, iat}`; `iat` is a number of seconds. Rejects when the key cannot sign. */
export async function signProviderToken(identity: TokenIdentity, issuedAtSeconds: number): Promise<string> {
	const key = await importPKCS8(identity.privateKeyPem, 'ES256');
	return await new SignJWT({ iss: identity.teamId, iat: issuedAtSeconds }).setProtectedHeader({ alg: 'ES256', kid: identity.keyId }).sign(key);
}

export class ProviderTokenStore {
	private readonly entries = new Map<string, Entry>();
	private readonly hashes = new WeakMap<TokenIdentity, string>();
	private readonly nowMs: () => number;
	private readonly sign: (identity: TokenIdentity, issuedAtSeconds: number) => Promise<string>;

	constructor(options: ProviderTokenStoreOptions = {}) {
		this.nowMs = options.nowMs ?? Date.now;
		this.sign = options.sign ?? signProviderToken;
	}

	/** The token to use now: at once when one is fresh, else as a promise that all callers share. Rejects when signing fails. */
	get(identity: TokenIdentity): string | Promise<string> {
		const entry = this.entry(identity);
		if (entry.token !== undefined && this.ageMs(entry) < REPLACE_AFTER_MS) return entry.token;
		return this.signOnce(identity, entry);
	}

	/** When the token in use was signed, milliseconds since epoch. */
	issuedAtMs(identity: TokenIdentity): number | undefined {
		const entry = this.entry(identity);
		return entry.token === undefined ? undefined : entry.issuedAtMs;
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
		return { replaced: true };
	}

	/** A clock set back makes a token look younger than new: such a one counts as old, but is not signed anew within 20 minutes. */
	private ageMs(entry: Entry): number {
		return Math.abs(this.nowMs() - entry.issuedAtMs);
	}

	private entry(identity: TokenIdentity): Entry {
		let hash = this.hashes.get(identity);
		if (hash === undefined) {
			hash = identityHash(identity);
			this.hashes.set(identity, hash);
		}
		const known = this.entries.get(hash);
		if (known !== undefined) return known;
		if (this.entries.size >= MAX_TOKENS) {
			for (const oldest of this.entries.keys()) {
				this.entries.delete(oldest);
				break;
			}
		}
		const entry: Entry = { token: undefined, issuedAtMs: 0, pending: undefined };
		this.entries.set(hash, entry);
		return entry;
	}

	private signOnce(identity: TokenIdentity, entry: Entry): Promise<string> {
		if (entry.pending !== undefined) return entry.pending;
		const issuedAtMs = this.nowMs();
		const pending = this.sign(identity, Math.floor(issuedAtMs / 1_000))
			.then((token) => {
				entry.token = token;
				entry.issuedAtMs = issuedAtMs;
				return token;
			})
			.finally(() => {
				if (entry.pending === pending) entry.pending = undefined;
			});
		entry.pending = pending;
		return pending;
	}
}
