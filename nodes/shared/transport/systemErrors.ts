/** What the errors of Node's sockets and its TLS library mean: one of the codes of `errorRows.ts`, and a sentence. */
import type { TransportErrorCode } from './errorRows';

/** The code of any thrown value; empty where it has none. */
export function systemCode(error: unknown): string {
	if (typeof error !== 'object' || error === null) return '';
	const code: unknown = Reflect.get(error, 'code');
	return typeof code === 'string' ? code : '';
}

/** System codes and the TLS library's codes, matched in this order. */
const systemRows: ReadonlyArray<readonly [RegExp, TransportErrorCode, string]> = [
	[/^(ENOTFOUND|EAI_)/, 'dnsFailed', 'the host name could not be resolved'],
	[/^ECONNREFUSED$/, 'connectionRefused', 'nothing accepts connections at this host and port'],
	[/^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|ENETDOWN)$/, 'unreachable', 'the host cannot be reached'],
	[/^ETIMEDOUT$/, 'connectTimeout', 'the host did not answer in time'],
	[/^ERR_TLS_CERT_ALTNAME_INVALID$/, 'serverCertificateName', "the server's certificate is for another host"],
	[/^CERT_(HAS_EXPIRED|NOT_YET_VALID)$/, 'serverCertificateExpired', "the server's certificate is not valid today"],
	[
		/^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_(GET|VERIFY)_.*|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE|INVALID_CA|CERT_REVOKED|CERT_REJECTED)$/,
		'serverCertificateUntrusted',
		"the server's certificate is not trusted by this machine",
	],
	[
		/ALERT_(BAD_CERTIFICATE|CERTIFICATE_REVOKED|CERTIFICATE_EXPIRED|CERTIFICATE_UNKNOWN|CERTIFICATE_REQUIRED|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT_ERROR)/,
		'clientCertificateRefused',
		'the server refused the provider certificate',
	],
	[
		/^ERR_(OSSL|CRYPTO)_|^ERR_TLS_INVALID_CONTEXT|KEY_VALUES_MISMATCH/,
		'clientCertificateUnusable',
		'the provider certificate or its key cannot be used',
	],
	[/NO_APPLICATION_PROTOCOL/, 'noHttp2', 'the server does not offer HTTP/2 (ALPN h2)'],
	[/^(ERR_SSL_|EPROTO)/, 'tlsFailed', 'the TLS handshake failed'],
	[
		/^(ECONNRESET|EPIPE|ERR_STREAM_DESTROYED|ERR_STREAM_PREMATURE_CLOSE)$/,
		'connectionLost',
		'the connection was reset',
	],
];

/** The row of an error's code; undefined for one that is not in the table. */
export function readSystemError(error: unknown): readonly [TransportErrorCode, string] | undefined {
	const code = systemCode(error);
	const row = systemRows.find(([pattern]) => pattern.test(code));
	return row === undefined ? undefined : [row[1], row[2]];
}
