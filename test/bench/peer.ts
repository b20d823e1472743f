/** Servers and tools the benchmark needs: nginx in a folder of its own, h2load, and the libraries to compare with. */
import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { sharedAuthority } from '../../tools/simulator/authority';

const root = path.resolve(__dirname, '../..');

/** Installs what is missing: Debian packages with apt-get, libraries from their lock file. */
export function installPeers(): void {
	const missing = [
		['nginx', 'nginx-light'],
		['h2load', 'nghttp2-client'],
	].filter(([program]) => !inPath(program ?? ''));
	if (missing.length > 0) {
		execFileSync('apt-get', ['update'], { stdio: 'ignore' });
		execFileSync('apt-get', ['install', '-y', '--no-install-recommends', ...missing.map(([, name]) => name ?? '')], {
			stdio: 'inherit',
			env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
		});
	}
	const peers = path.join(root, 'test/bench/peers');
	if (!existsSync(path.join(peers, 'node_modules/apns2')))
		execFileSync('npm', ['ci'], { cwd: peers, stdio: 'inherit' });
}

function inPath(program: string): boolean {
	return ['/usr/sbin', ...(process.env.PATH ?? '').split(':')].some((folder) => existsSync(path.join(folder, program)));
}

/** A port nobody listens on now. */
export async function freePort(): Promise<number> {
	const server = net.createServer();
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	await new Promise((resolve) => server.close(resolve));
	return port;
}

async function accepts(port: number): Promise<boolean> {
	return await new Promise((resolve) => {
		const socket = net.connect(port, '127.0.0.1');
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}

export interface Nginx {
	readonly port: number;
	stop(): void;
}

/** nginx with one worker that answers every request 200 with an `apns-id`, as Apple's answers carry one. */
export async function startNginx(streams: number): Promise<Nginx> {
	const folder = mkdtempSync(path.join(tmpdir(), 'apns-bench-'));
	const { certificatePem, privateKeyPem } = sharedAuthority().server({ keyType: 'ec' });
	writeFileSync(path.join(folder, 'cert.pem'), certificatePem);
	writeFileSync(path.join(folder, 'key.pem'), privateKeyPem);
	const port = await freePort();
	writeFileSync(
		path.join(folder, 'nginx.conf'),
		`daemon off; worker_processes 1; pid ${folder}/nginx.pid; error_log ${folder}/error.log crit;
events { worker_connections 1024; }
http {
	access_log off; server_tokens off; keepalive_requests 1000000000; keepalive_timeout 3600;
	http2_max_concurrent_streams ${streams}; http2_recv_buffer_size 1m; client_body_temp_path ${folder}; proxy_temp_path ${folder};
	fastcgi_temp_path ${folder}; uwsgi_temp_path ${folder}; scgi_temp_path ${folder};
	server {
		listen 127.0.0.1:${port} ssl http2; ssl_certificate ${folder}/cert.pem; ssl_certificate_key ${folder}/key.pem;
		ssl_protocols TLSv1.2 TLSv1.3;
		location / { add_header apns-id $request_id always; return 200; }
	}
}`,
	);
	const child = spawn('nginx', ['-c', path.join(folder, 'nginx.conf'), '-p', folder], {
		stdio: 'inherit',
		env: { ...process.env, PATH: `${process.env.PATH ?? ''}:/usr/sbin` },
	});
	const giveUpAt = Date.now() + 10_000;
	while (!(await accepts(port))) {
		if (Date.now() > giveUpAt || child.exitCode !== null) throw new Error('nginx did not start');
		// nginx says nothing when it is ready; its port is asked 20 times a second.
		await new Promise((resolve) => setTimeout(resolve, 50));
	}
	return {
		port,
		stop() {
			child.kill('SIGTERM');
			child.once('exit', () => rmSync(folder, { recursive: true, force: true }));
		},
	};
}
