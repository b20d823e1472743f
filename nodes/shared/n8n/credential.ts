/** From the fields of the credential to an identity, endpoints and trust; every problem names its field. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { readCertificateIdentity } from '../apns/certificate';
import {
	type ApnsEndpoint,
	type Environment,
	environmentOfHost,
	managementEndpoint,
	pushEndpoint,
} from '../apns/endpoints';
import { choice, field, type FieldId, text } from '../apns/fields';
import type { ProviderIdentity } from '../apns/identity';
import { readPem, writePem } from '../apns/pem';
import { readPkcs12 } from '../apns/pkcs12';
import { checkTenCharacters, normalizePrivateKey } from '../apns/privateKey';
import { excerpt, FieldProblem } from '../apns/problems';
import { textOf } from './values';

export interface CredentialSettings {
	readonly identity: ProviderIdentity;
	readonly environment: Environment;
	readonly endpoint: ApnsEndpoint;
	readonly managementEndpoint: ApnsEndpoint;
	readonly bundleId: string | undefined;
	readonly caBundle: string | undefined;
	readonly proxyUrl: string | undefined;
}

/** A text field without blanks around it, '' when it is empty; hidden ones are missing from the data. Throws `FieldProblem`. */
function plain(data: ICredentialDataDecryptedObject, id: FieldId): string {
	return textOf(id, data[id]) ?? '';
}

function optional(value: string): string | undefined {
	return value === '' ? undefined : value;
}

/** Exactly what was typed: blanks at the ends of a passphrase belong to it. */
function passphraseOf({ passphrase }: ICredentialDataDecryptedObject): string | undefined {
	if (typeof passphrase === 'object') textOf('passphrase', passphrase);
	return passphrase === undefined || passphrase === null ? undefined : optional(String(passphrase));
}

function portOf(id: FieldId, value: string): number | undefined {
	if (value === '' || value === '0') return undefined;
	const port = Number(value);
	if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
	throw new FieldProblem(
		id,
		'outOfRange',
		`must be a port number from 1 to 65535, but is "${excerpt(value)}"`,
		text`Change ${field(id)} to a port number, such as 443 or 2197.`,
	);
}

interface Typed {
	readonly host: string | undefined;
	readonly port: number | undefined;
}

/** A host as people type or paste it: with `https://`, with a port, with a slash at the end. Throws `FieldProblem`. */
function hostOf(id: FieldId, value: string): Typed {
	if (value === '') return { host: undefined, port: undefined };
	const unclear = new FieldProblem(
		id,
		'badCharacters',
		// What stands before an @ may be a password.
		value.includes('@') ? 'is not a host name' : `is "${excerpt(value)}", which is not a host name`,
		text`Enter only the host name in ${field(id)}, such as api.push.apple.com.`,
	);
	const address = value.replace(/^https:\/\//i, '');
	// A bare IPv6 address has no port: its colons are its own.
	const bracketed = /^[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:.]*$/i.test(address) ? `[${address}]` : address;
	// URL drops tabs and line breaks: what is left would be the name of another host.
	if (/[\0-\x1f]/.test(address) || !URL.canParse(`https://${bracketed}`)) throw unclear;
	const { hostname, port, pathname, username, password, search, hash } = new URL(`https://${bracketed}`);
	if (pathname !== '/' || username + password + search + hash !== '' || !/^[\w.:[\]-]+$/.test(hostname)) throw unclear;
	// URL drops 443, which is https's own.
	const typed = port !== '' ? Number(port) : /[^:]:443\/?$/.test(bracketed) ? 443 : undefined;
	return { host: hostname.replace(/^\[|\]$/g, ''), port: typed };
}

interface EndpointFields {
	readonly host: FieldId;
	readonly port: FieldId;
	/** What the form has in the field Port when nobody touched it. */
	readonly untouchedPort: number | undefined;
}

const pushFields: EndpointFields = { host: 'host', port: 'port', untouchedPort: 443 };
const managementFields: EndpointFields = { host: 'managementHost', port: 'managementPort', untouchedPort: undefined };

function endpointOf(
	data: ICredentialDataDecryptedObject,
	fields: EndpointFields,
	apple: ApnsEndpoint,
	environment: Environment,
): ApnsEndpoint {
	const { host = apple.host, port: typed } = hostOf(fields.host, plain(data, fields.host));
	const port = portOf(fields.port, plain(data, fields.port));
	if (typed !== undefined && port !== undefined && port !== typed && port !== fields.untouchedPort)
		throw new FieldProblem(
			fields.host,
			'conflict',
			text`has port ${typed}, but ${field(fields.port)} is ${port}`,
			text`Enter only the host name in ${field(fields.host)}, and the port in ${field(fields.port)}.`,
		);
	const owner = environmentOfHost(host);
	if (owner !== undefined && owner !== environment)
		throw new FieldProblem(
			fields.host,
			'wrongEnvironment',
			`is ${host}, which only serves ${owner}, but the environment is ${environment}`,
			text`Set ${field('environment')} to ${choice('environment', owner)}, or leave ${field(fields.host)} empty to use the right host for each environment.`,
		);
	return { host, port: typed ?? port ?? apple.port };
}

function environmentOf(value: string): Environment {
	const name = value.toLowerCase();
	if (name === 'development' || name === 'production') return name;
	if (name === '') return 'production';
	throw new FieldProblem(
		'environment',
		'notOffered',
		`is "${excerpt(value)}", which is not a valid value`,
		'Use one of these values: production or development.',
	);
}

function identityOf(data: ICredentialDataDecryptedObject): ProviderIdentity {
	if (plain(data, 'authentication') !== 'certificate') {
		return {
			type: 'token',
			keyId: checkTenCharacters('keyId', plain(data, 'keyId'), 'Copy it from the name of the file AuthKey_….p8.'),
			teamId: checkTenCharacters(
				'teamId',
				plain(data, 'teamId'),
				'Copy it from Membership Details in the Apple Developer portal.',
			),
			privateKeyPem: normalizePrivateKey(plain(data, 'privateKey')),
		};
	}
	const passphrase = passphraseOf(data);
	if (plain(data, 'identityFormat') === 'p12') return readPkcs12({ p12Base64: plain(data, 'p12Secret'), passphrase });
	return readCertificateIdentity({
		certificatePem: plain(data, 'certificate'),
		privateKeyPem: plain(data, 'certificateKey'),
		passphrase,
	});
}

/** Certificates as people paste them, made whole again; other blocks of a bundle, such as a key, are left out. Throws `FieldProblem`. */
function caBundleOf(pasted: string): string | undefined {
	if (pasted === '') return undefined;
	const certificates = readPem(pasted).filter(({ label }) => label.endsWith('CERTIFICATE'));
	if (certificates.length > 0) return certificates.map(({ der }) => writePem('CERTIFICATE', der)).join('');
	throw new FieldProblem(
		'caBundle',
		'wrongKind',
		'contains no certificate',
		'Paste the certificates as PEM, each from -----BEGIN CERTIFICATE----- to -----END CERTIFICATE-----.',
	);
}

/** Reads the credential; `environment` of a node overrides its own. Throws `FieldProblem`. */
export function readCredential(data: ICredentialDataDecryptedObject, environmentOverride?: string): CredentialSettings {
	const environment = environmentOf(environmentOverride ?? plain(data, 'environment'));
	const custom = data.customEndpoint === true;
	const push = pushEndpoint(environment);
	const management = managementEndpoint(environment);
	return {
		identity: identityOf(data),
		environment,
		endpoint: custom ? endpointOf(data, pushFields, push, environment) : push,
		managementEndpoint: custom ? endpointOf(data, managementFields, management, environment) : management,
		bundleId: optional(plain(data, 'bundleId')),
		caBundle: caBundleOf(plain(data, 'caBundle')),
		proxyUrl: optional(plain(data, 'proxyUrl')),
	};
}
