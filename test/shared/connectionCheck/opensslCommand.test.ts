/** The command that repeats a connection by hand: right for every kind of address, without secrets, and it works. */
import { exec, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { opensslCommand } from '../../../nodes/shared/connectionCheck/opensslCommand';
import { startSimulator } from '../../../tools/simulator/simulator';

const plain = { host: 'api.push.apple.com', port: 443, hasCaBundle: false, hasCertificate: false };

it.each([
	[plain, 'openssl s_client -connect api.push.apple.com:443 -servername api.push.apple.com -alpn h2 -showcerts'],
	[{ ...plain, host: '::1' }, "openssl s_client -connect '[::1]:443' -noservername -alpn h2 -showcerts"],
	[
		{ ...plain, host: '127.0.0.1', hasCaBundle: true },
		'openssl s_client -connect 127.0.0.1:443 -noservername -alpn h2 -CAfile ca-bundle.pem -showcerts',
	],
	[
		{ ...plain, hasCertificate: true },
		'openssl s_client -connect api.push.apple.com:443 -servername api.push.apple.com -alpn h2 -cert certificate.pem -key key.pem -showcerts',
	],
	[
		{ ...plain, proxyUrl: 'http://me:secret@proxy.example' },
		'openssl s_client -connect api.push.apple.com:443 -servername api.push.apple.com -alpn h2 -proxy proxy.example:80 -proxy_user me -proxy_pass env:PROXY_PASSWORD -showcerts',
	],
	[
		{ ...plain, host: "x'; rm -rf $HOME #" },
		`openssl s_client -connect 'x'\\''; rm -rf $HOME #:443' -servername 'x'\\''; rm -rf $HOME #' -alpn h2 -showcerts`,
	],
])('for %o', (target, command) => {
	expect(opensslCommand(target)).toBe(command);
});

it('completes the handshake with HTTP/2 when run in a shell', async () => {
	if (spawnSync('openssl', ['version']).status !== 0) {
		console.info('Skipped: there is no openssl here.');
		return;
	}
	const simulator = await startSimulator();
	const folder = mkdtempSync(path.join(tmpdir(), 'apns-openssl-'));
	try {
		writeFileSync(path.join(folder, 'ca-bundle.pem'), simulator.caPem);
		const command = opensslCommand({
			host: 'localhost',
			port: simulator.pushPort,
			hasCaBundle: true,
			hasCertificate: false,
		});
		const output = (await promisify(exec)(`${command} </dev/null 2>&1`, { cwd: folder })).stdout;
		expect(output).toMatch(/ALPN protocol: h2/);
		expect(output).toMatch(/Verify return code: 0 \(ok\)/);
	} finally {
		rmSync(folder, { recursive: true });
		await simulator.close();
	}
});
