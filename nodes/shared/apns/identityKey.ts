/** A name for an identity that tells two apart and reveals neither: used in cache keys. */
import { createHash } from 'node:crypto';
import type { ProviderIdentity } from './identity';

/** SHA-256, hex, over all that makes the provider: team, key id and key, or certificate chain and key. */
export function identityHash(identity: ProviderIdentity): string {
	const parts =
		identity.type === 'token'
			? ['token', identity.teamId, identity.keyId, identity.privateKeyPem]
			: ['certificate', identity.certificatePem, identity.privateKeyPem];
	return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}
