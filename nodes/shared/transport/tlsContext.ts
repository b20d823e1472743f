/** TLS settings of a target as Node takes them: trusted roots and client certificate, checked before anything is opened. */
import { X509Certificate } from 'node:crypto';
import tls from 'node:tls';
import { TransportError } from './errors';
import type { TrustSettings } from './network';

/** Trusted roots with the user's own added; `ca` would replace Node's list, so both are given. */
function certificateAuthorities(caBundle: string | undefined): string[] | undefined {
	if (caBundle === undefined || caBundle.trim() === '') return undefined;
	const own: unknown = Reflect.get(tls, 'getCACertificates');
	// tls.getCACertificates (Node 22.15) also holds NODE_EXTRA_CA_CERTS; before it only the compiled-in list can be read.
	const defaults: unknown = typeof own === 'function' ? Reflect.apply(own, tls, ['default']) : tls.rootCertificates;
	const roots = Array.isArray(defaults) ? defaults.filter((entry): entry is string => typeof entry === 'string') : [];
	return [...roots, caBundle];
}

/** Node passes over what it cannot read in `ca`, and the server would seem untrusted: so each certificate is read here. */
function checkBundle(caBundle: string | undefined): void {
	if (caBundle === undefined || caBundle.trim() === '') return;
	try {
		const blocks = caBundle.match(/-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]*-----END [A-Z0-9 ]*-----/g) ?? [];
		if (blocks.length === 0) throw new Error('no certificate');
		// OpenSSL's TRUSTED form carries more than the certificate; only TLS reads it.
		for (const block of blocks) if (!block.includes('TRUSTED')) new X509Certificate(block.replaceAll('X509 ', ''));
	} catch (error) {
		throw new TransportError('serverCertificateUntrusted', 'The CA bundle of the credential cannot be read.', {
			cause: error,
			advice: 'Paste whole PEM certificates into the CA bundle of the credential, or leave it empty.',
			remedy: ['Paste whole PEM certificates into ', { field: 'caBundle' }, ' in the credential, or leave it empty.'],
		});
	}
}

/** The context of these settings. Throws `TransportError` for a CA bundle or a client certificate that cannot be used. */
export function createTlsContext({ caBundle, certificatePem, privateKeyPem }: TrustSettings): tls.SecureContext {
	checkBundle(caBundle);
	try {
		return tls.createSecureContext({
			minVersion: 'TLSv1.2',
			ca: certificateAuthorities(caBundle),
			cert: certificatePem,
			key: privateKeyPem,
		});
	} catch (error) {
		throw new TransportError(
			'clientCertificateUnusable',
			'The provider certificate and its private key cannot be used together.',
			{ cause: error },
		);
	}
}

/** Why TLS could not even begin: a CA bundle or a provider certificate that cannot be used. Opens nothing. */
export function trustProblem(trust: TrustSettings): TransportError | undefined {
	try {
		createTlsContext(trust);
		return undefined;
	} catch (error) {
		return error instanceof TransportError
			? error
			: new TransportError('tlsFailed', 'TLS cannot be set up with these settings.', { cause: error });
	}
}
