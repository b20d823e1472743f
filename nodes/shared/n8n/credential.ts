/** From the fields of the credential to an identity, endpoints and trust; every problem names its field. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { readCertificateIdentity } from '../apns/certificate';
import { type ApnsEndpoint, type Environment, managementEndpoint, pushEndpoint } from '../apns/endpoints';
import type { ProviderIdentity } from '../apns/identity';
import { readPem, writePem } from '../apns/pem';
import { readPkcs12 } from '../apns/pkcs12';
import { checkTenCharacters, normalizePrivateKey } from '../apns/privateKey';
import { FieldProblem } from '../apns/problems';

export interface CredentialSettings {
	readonly identity: ProviderIdentity;
	readonly environment: Environment;
	readonly endpoint: ApnsEndpoint;
	readonly managementEndpoint: ApnsEndpoint;
	readonly bundleId: string | undefined;
	readonly caBundle: string | undefined;
	readonly proxyUrl: string | undefined;
}

/** A text field; hidden ones are missing from the data. */
function text(data: ICredentialDataDecryptedObject, name: string): string {
	const value = data[name];
	return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : '';
}

function optional(value: string): string | undefined {
	return value === '' ? undefined : value;
}

function portOf(data: ICredentialDataDecryptedObject, name: string, field: string): number | undefined {
	const value = text(data, name);
	if (value === '' || value === '0') return undefined;
	const port = Number(value);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw new FieldProblem(field, `"${value}" is not a port`, 'Give a number from 1 to 65535.');
}

function environmentOf(value: string): Environment {
	if (value === 'development' || value === 'production') return value;
	if (value === '') return 'production';
	throw new FieldProblem('Environment', `"${value}" is not an environment`, 'Choose production or development.');
}

function identityOf(data: ICredentialDataDecryptedObject): ProviderIdentity {
	if (text(data, 'authentication') !== 'certificate') {
		return {
			type: 'token',
			keyId: checkTenCharacters('Key ID', text(data, 'keyId'), 'Copy it from the name of the file AuthKey_….p8.'),
			teamId: checkTenCharacters(
				'Team ID',
				text(data, 'teamId'),
				'Copy it from Membership Details in the Apple Developer portal.',
			),
			privateKeyPem: normalizePrivateKey(text(data, 'privateKey')),
		};
	}
	const passphrase = optional(text(data, 'passphrase'));
	if (text(data, 'identityFormat') === 'p12') return readPkcs12({ p12Base64: text(data, 'p12Secret'), passphrase });
	return readCertificateIdentity({
		certificatePem: text(data, 'certificate'),
		privateKeyPem: text(data, 'certificateKey'),
		passphrase,
	});
}

/** Certificates as people paste them, made whole again; other blocks of a bundle, such as a key, are left out. Throws `FieldProblem`. */
function caBundleOf(pasted: string): string | undefined {
	if (pasted === '') return undefined;
	const certificates = readPem(pasted).filter(({ label }) => label.endsWith('CERTIFICATE'));
	if (certificates.length > 0) return certificates.map(({ der }) => writePem('CERTIFICATE', der)).join('');
	throw new FieldProblem(
		'CA Bundle',
		'holds no certificate',
		'Paste the certificates as PEM, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
	);
}

/** Reads the credential; `environment` of a node overrides its own. Throws `FieldProblem`. */
export function readCredential(data: ICredentialDataDecryptedObject, environmentOverride?: string): CredentialSettings {
	const environment = environmentOf(environmentOverride ?? text(data, 'environment'));
	const custom = data.customEndpoint === true;
	const push = pushEndpoint(environment);
	const management = managementEndpoint(environment);
	return {
		identity: identityOf(data),
		environment,
		endpoint: custom
			? { host: optional(text(data, 'host')) ?? push.host, port: portOf(data, 'port', 'Port') ?? push.port }
			: push,
		managementEndpoint: custom
			? {
					host: optional(text(data, 'managementHost')) ?? management.host,
					port: portOf(data, 'managementPort', 'Management Port') ?? management.port,
				}
			: management,
		bundleId: optional(text(data, 'bundleId')),
		caBundle: caBundleOf(text(data, 'caBundle')),
		proxyUrl: optional(text(data, 'proxyUrl')),
	};
}
