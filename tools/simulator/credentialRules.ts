/** Rules about who is asking: provider tokens and certificates, the same for every API of APNs. */
import type { CertificateTrouble, ClientCertificate } from './certificates';
import type { Environment } from './facts';
import { limits } from './facts';
import type { TokenBinding, VerifiedToken } from './providerToken';
import type { Rule } from './rules';
import { covers } from './teams';

export interface Credential {
	readonly certificate?: ClientCertificate;
	readonly trouble?: CertificateTrouble;
	/** A bearer token was sent, whatever it is worth. */
	readonly bearer: boolean;
	readonly token?: VerifiedToken;
	readonly binding: TokenBinding;
	readonly environment: Environment;
	readonly nowMs: number;
	/** Measure the 20 minutes between tokens by arrival, not by `iat`. */
	readonly strictTokenUpdates: boolean;
}

/** A certificate makes APNs ignore the bearer token ("Sending notification requests to APNs"). */
const byToken = (judge: (credential: Credential, token: VerifiedToken) => boolean) => (credential: Credential) =>
	credential.certificate === undefined && credential.token !== undefined && judge(credential, credential.token);

/** Related or the same key, or two team-scoped keys, may share a connection ("Establishing a token-based connection"). */
function sharesConnection({ firstKey }: TokenBinding, { key }: VerifiedToken): boolean {
	if (firstKey === undefined || firstKey.keyId === key.keyId) return true;
	if (firstKey.scope === 'team' && key.scope === 'team') return true;
	return (
		firstKey.scope !== 'team' &&
		key.scope !== 'team' &&
		(firstKey.relatedKeyId === key.keyId || key.relatedKeyId === firstKey.keyId)
	);
}

function updatedTooSoon({ binding, nowMs, strictTokenUpdates }: Credential, token: VerifiedToken): boolean {
	const current = binding.current.get(token.key.keyId);
	if (current === undefined || current.digest === token.digest) return false;
	const apartMs = strictTokenUpdates ? nowMs - current.firstUsedMs : Math.abs(token.issuedAtMs - current.issuedAtMs);
	return apartMs < limits.minTokenRefreshMs;
}

export const credentialRules: ReadonlyArray<Rule<Credential>> = [
	{ reason: 'BadCertificate', about: 'credential', broken: ({ trouble }) => trouble === 'BadCertificate' },
	{
		reason: 'BadCertificateEnvironment',
		about: 'credential',
		broken: ({ trouble }) => trouble === 'BadCertificateEnvironment',
	},
	{
		reason: 'MissingProviderToken',
		about: 'credential',
		broken: ({ certificate, bearer }) => certificate === undefined && !bearer,
	},
	{
		reason: 'ExpiredProviderToken',
		about: 'credential',
		broken: ({ certificate, binding }) => certificate === undefined && binding.wedged,
	},
	{
		reason: 'InvalidProviderToken',
		about: 'credential',
		broken: ({ certificate, token }) => certificate === undefined && token === undefined,
	},
	{
		// "No more than one hour from the current time": a clock ahead is answered alike (node-apn #450).
		reason: 'ExpiredProviderToken',
		about: 'credential',
		wedges: true,
		broken: byToken(({ nowMs }, { issuedAtMs }) => Math.abs(nowMs - issuedAtMs) > limits.maxTokenAgeMs),
	},
	{
		// Another team on a bound connection: reason seen by pushy (#437) and apns2 (#90).
		reason: 'InvalidProviderToken',
		about: 'credential',
		broken: byToken(({ binding }, { key }) => binding.teamId !== undefined && binding.teamId !== key.teamId),
	},
	{
		reason: 'BadEnvironmentKeyIdInToken',
		about: 'credential',
		broken: byToken(({ environment }, { key }) => key.environment !== undefined && key.environment !== environment),
	},
	{
		reason: 'UnrelatedKeyIdInToken',
		about: 'credential',
		broken: byToken(({ binding }, token) => !sharesConnection(binding, token)),
	},
	{ reason: 'TooManyProviderTokenUpdates', about: 'credential', broken: byToken(updatedTooSoon) },
];

/** Whether the asker may use a bundle id: the connection's team has it, and the key's scope takes it in. */
export function mayUseBundle(
	{ binding, token }: Credential,
	teamBundles: ReadonlySet<string>,
	bundleId: string,
): boolean {
	return token !== undefined && (binding.bundleIds ?? teamBundles).has(bundleId) && covers(token.key, bundleId);
}
