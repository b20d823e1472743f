/** Temporary directory with what the servers need: certificate, key and keystore of a test authority, and free ports. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createAuthority } from '../../tools/simulator/authority';
import type { Processes } from './processes';

export interface ServerFiles {
	/** Everything lies below it. */
	readonly root: string;
	readonly certificate: string;
	readonly key: string;
	/** Certificate, then key, in one file. */
	readonly certificateAndKey: string;
	/** PKCS #12 for Java. */
	readonly keystore: string;
	readonly keystorePassword: string;
	readonly certificatePem: string;
	readonly privateKeyPem: string;
	/** What the client trusts. */
	readonly caPem: string;
}

/** Makes the directory; it is removed when the process exits. */
export async function openWorkshop(processes: Processes): Promise<ServerFiles> {
	const root = mkdtempSync(join(tmpdir(), 'interop-'));
	process.on('exit', () => rmSync(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 }));
	// Apache's workers run as another user when the tests run as root.
	chmodSync(root, 0o755);
	const authority = createAuthority({ name: 'Interoperability test CA' });
	const { certificatePem, privateKeyPem } = authority.server();
	const files = {
		root,
		certificate: join(root, 'certificate.pem'),
		key: join(root, 'key.pem'),
		certificateAndKey: join(root, 'both.pem'),
		keystore: join(root, 'keystore.p12'),
		keystorePassword: 'interop',
		certificatePem,
		privateKeyPem,
		caPem: authority.caPem,
	};
	writeFileSync(files.certificate, certificatePem);
	writeFileSync(files.key, privateKeyPem, { mode: 0o600 });
	writeFileSync(files.certificateAndKey, certificatePem + privateKeyPem, { mode: 0o600 });
	const { certificate, key, keystore, keystorePassword } = files;
	await processes.run('openssl', [
		'pkcs12',
		'-export',
		'-in',
		certificate,
		'-inkey',
		key,
		'-out',
		keystore,
		'-passout',
		`pass:${keystorePassword}`,
		'-name',
		'server',
	]);
	return files;
}

let starts = 0;

/** A directory for one start of a server. */
export function startDirectory(files: ServerFiles): string {
	const directory = join(files.root, `start-${++starts}`);
	mkdirSync(directory);
	return directory;
}

/** A port nobody listens at now. */
export function freePort(): Promise<number> {
	return new Promise((resolve, reject) => {
		const server = createServer();
		server.once('error', reject);
		server.listen(0, '127.0.0.1', () => {
			const { port } = server.address() as AddressInfo;
			server.close(() => resolve(port));
		});
	});
}
