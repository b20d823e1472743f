/** The provider token of one client: every request asks for it, the store is asked only now and then. */
import type { TokenIdentity } from '../apns/identity';
import type { ProviderTokenStore } from '../apns/providerToken';
import type { Mark } from '../transport/request';
import { defaults } from './defaults';

export class TokenInUse {
	/** A token the store called good, until a time by the client's clock and while the store stays as it was. */
	private token: string | undefined;
	private goodUntilMs = -Infinity;
	private changes = -1;

	constructor(
		private readonly store: ProviderTokenStore,
		private readonly identity: TokenIdentity,
	) {}

	/** The token to send now: a promise while the first one is signed, or one in place of a token APNs refused. */
	get(nowMs: number): string | Promise<string> {
		if (this.token !== undefined && nowMs < this.goodUntilMs && this.changes === this.store.changes) return this.token;
		const token = this.store.get(this.identity);
		this.token = typeof token === 'string' ? token : undefined;
		this.goodUntilMs = nowMs + defaults.tokenLookMs;
		this.changes = this.store.changes;
		return token;
	}

	/** The token of a stream that opens now, without waiting: the old one while a new one is signed; null when nothing can leave. */
	current(nowMs: number): Mark | null {
		const token = this.get(nowMs);
		return typeof token === 'string' ? token : (this.store.inUse(this.identity) ?? null);
	}

	/** APNs called a token expired. */
	replace(refused: string): ReturnType<ProviderTokenStore['replace']> {
		return this.store.replace(this.identity, refused);
	}

	/** APNs saw too many new tokens. */
	keep(): void {
		this.store.keep(this.identity);
	}
}
