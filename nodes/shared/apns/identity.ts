/** Who a provider is to APNs: a signing key of a team, or a provider certificate. */

/** Token-based trust: Apple, "Establishing a token-based connection to APNs". */
export interface TokenIdentity {
	readonly type: 'token';
	/** 10 characters, the `iss` claim. */
	readonly teamId: string;
	/** 10 characters, the `kid` header. */
	readonly keyId: string;
	/** Unencrypted PKCS#8 PEM of an EC P-256 key, already repaired and checked (`privateKey.ts`). */
	readonly privateKeyPem: string;
}

/** Certificate-based trust: Apple, "Establishing a certificate-based connection to APNs". */
export interface CertificateIdentity {
	readonly type: 'certificate';
	/** Leaf first, then the chain, as PEM blocks. */
	readonly certificatePem: string;
	/** The leaf's private key, decrypted, as PEM. */
	readonly privateKeyPem: string;
	/** What the leaf says of itself, read before any connection (`certificate.ts`). */
	readonly facts: CertificateFacts;
}

export type ProviderIdentity = TokenIdentity | CertificateIdentity;

/** What a provider certificate allows, from its subject and Apple's extensions 1.2.840.113635.100.6.3.*. */
export interface CertificateFacts {
	readonly commonName: string;
	/** Subject UID: the default topic when the certificate carries one topic only. */
	readonly uid?: string;
	/** All topics the certificate lists (extension .6, else the UID). */
	readonly topics: readonly string[];
	/** Empty when the certificate carries neither environment mark (VoIP, Wallet, MDM). */
	readonly environments: ReadonlyArray<'production' | 'development'>;
	readonly notBeforeMs: number;
	readonly notAfterMs: number;
	/** SHA-256 of the leaf's DER, hex. */
	readonly fingerprint256: string;
}
