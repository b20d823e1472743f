/** Reads and verifies provider tokens (JWT, ES256), and holds what a connection has been bound to by them: "Establishing a token-based connection to APNs". */
import { createHash, verify } from 'node:crypto';
import type { Key, Teams } from './teams';

export interface VerifiedToken {
	readonly key: Key;
	readonly issuedAtMs: number;
	/** SHA-256 of the token; the token itself is kept nowhere. */
	readonly digest: string;
}

/** What the tokens seen on one connection have made of it. */
export interface TokenBinding {
	teamId?: string;
	/** Key of the first accepted push. */
	firstKey?: Key;
	/** Bundle ids of the team when the connection was bound; later ones need a new connection. */
	bundleIds?: ReadonlySet<string>;
	/** Per key: the token in use. A related key has a token of its own. */
	readonly current: Map<string, { digest: string; issuedAtMs: number; firstUsedMs: number }>;
	readonly digests: Set<string>;
	/** After an expired token nothing on the connection is answered otherwise any more (seen by pushy). */
	wedged: boolean;
}

export function createBinding(): TokenBinding {
	return { current: new Map(), digests: new Set(), wedged: false };
}

/** The token behind `bearer `; Apple's pages write the scheme in lower case only, so nothing else is taken. */
export function bearerOf(authorization: string | undefined): string | undefined {
	return authorization !== undefined && authorization.startsWith('bearer ')
		? authorization.slice('bearer '.length)
		: undefined;
}

function jsonPart(part: string): Readonly<Record<string, unknown>> | undefined {
	if (!/^[A-Za-z0-9_-]+$/.test(part)) return undefined;
	try {
		const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
		return typeof value === 'object' && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}

/** Seconds as a number, or as digits in a string (APNSwift sends those, and is answered). */
function seconds(value: unknown): number | undefined {
	const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
	return typeof number === 'number' && Number.isFinite(number) && number >= 0 ? number : undefined;
}

export interface TokenVerifier {
	/** The token with its key, or undefined when it is malformed, of an unknown or revoked key, of another team, or badly signed. */
	verify(jwt: string): VerifiedToken | undefined;
	/** Distinct tokens with a good signature so far, at most 10,000. */
	distinctTokens(): number;
	/** Those tokens, in order of arrival. */
	tokens(): readonly VerifiedToken[];
}

/** Verification costs about 100 µs, so tokens that passed are remembered by digest. */
export function createTokenVerifier(teams: Teams): TokenVerifier {
	const verified = new Map<string, VerifiedToken>();
	const remembered = 10_000;

	function check(jwt: string, digest: string): VerifiedToken | undefined {
		const [headerPart = '', claimsPart = '', signaturePart = '', ...more] = jwt.split('.');
		const header = jsonPart(headerPart);
		const claims = jsonPart(claimsPart);
		if (more.length > 0 || header === undefined || claims === undefined || !/^[A-Za-z0-9_-]+$/.test(signaturePart))
			return undefined;
		const issuedAtSeconds = seconds(claims.iat);
		const key = typeof header.kid === 'string' ? teams.key(header.kid) : undefined;
		if (header.alg !== 'ES256' || key === undefined || claims.iss !== key.teamId || issuedAtSeconds === undefined)
			return undefined;
		const signature = Buffer.from(signaturePart, 'base64url');
		// RFC 7518 wants R‖S; Apple's own openssl recipe and pushy send DER, and both are answered.
		const dsaEncoding = signature.length === 64 ? 'ieee-p1363' : 'der';
		if (!verify('sha256', Buffer.from(`${headerPart}.${claimsPart}`), { key: key.publicKey, dsaEncoding }, signature))
			return undefined;
		return { key, issuedAtMs: issuedAtSeconds * 1000, digest };
	}

	return {
		verify(jwt) {
			const digest = createHash('sha256').update(jwt).digest('hex');
			let token = verified.get(digest);
			if (token === undefined) {
				token = check(jwt, digest);
				if (token !== undefined && verified.size < remembered) verified.set(digest, token);
			}
			return token === undefined || token.key.revoked ? undefined : token;
		},
		distinctTokens: () => verified.size,
		tokens: () => [...verified.values()],
	};
}

/** Binds the connection to the token's team, key and bundle ids at its first use; notes which token is current. */
export function bind(binding: TokenBinding, token: VerifiedToken, teams: Teams, nowMs: number): void {
	binding.teamId ??= token.key.teamId;
	binding.firstKey ??= token.key;
	binding.bundleIds ??= new Set(teams.bundleIds(token.key.teamId));
	binding.digests.add(token.digest);
	const current = binding.current.get(token.key.keyId);
	if (current === undefined)
		binding.current.set(token.key.keyId, { digest: token.digest, issuedAtMs: token.issuedAtMs, firstUsedMs: nowMs });
	else if (current.digest !== token.digest)
		Object.assign(current, { digest: token.digest, issuedAtMs: token.issuedAtMs, firstUsedMs: nowMs });
}
