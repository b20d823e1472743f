/** The name of an identity in cache keys: another one for another identity, and nothing of it to be read. */
import { identityHash } from '../../../nodes/shared/apns/identityKey';

describe('the name of an identity for cache keys', () => {
	const token = { type: 'token', teamId: 'T', keyId: 'K', privateKeyPem: 'PEM' } as const;
	const facts = { commonName: '', topics: [], environments: [], notBeforeMs: 0, notAfterMs: 0, fingerprint256: '' };
	const certificate = { type: 'certificate', certificatePem: 'C', privateKeyPem: 'PEM', facts } as const;

	it('differs wherever the identity does, and shows nothing of it', () => {
		const names = [
			token,
			{ ...token, teamId: 'U' },
			{ ...token, keyId: 'L' },
			{ ...token, privateKeyPem: 'OTHER' },
			certificate,
			{ ...certificate, certificatePem: 'D' },
			{ ...certificate, privateKeyPem: 'OTHER' },
		].map(identityHash);
		expect(new Set(names).size).toBe(7);
		for (const name of names) expect(name).toMatch(/^[0-9a-f]{64}$/);
		expect(identityHash({ ...token })).toBe(names[0]);
	});
});
