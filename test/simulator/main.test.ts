/** `npm run simulator` as a user runs it: prints a credential that works, tells each request, hides the token, stops on a signal. */
import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import * as http2 from 'node:http2';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { signProviderToken } from '../../tools/simulator/authority';
import type { ApnsApiCredential } from '../../tools/simulator/credential';

const root = path.resolve(__dirname, '../..');
const children: ChildProcess[] = [];

afterEach(() => {
	for (const child of children.splice(0)) child.kill('SIGKILL');
});

function run(...args: string[]) {
	const child = spawn(process.execPath, ['--import', 'tsx', path.join(root, 'tools/simulator/main.ts'), ...args], {
		cwd: root,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	children.push(child);
	const lines: string[] = [];
	const waiting = new Set<() => void>();
	createInterface({ input: child.stdout }).on('line', (text) => {
		lines.push(text);
		for (const look of waiting) look();
	});
	const errors: string[] = [];
	child.stderr.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
	return {
		child,
		lines,
		errors,
		lineLike: (pattern: RegExp) =>
			new Promise<string>((resolve) => {
				const look = () => {
					const found = lines.find((text) => pattern.test(text));
					if (found === undefined) return;
					waiting.delete(look);
					resolve(found);
				};
				waiting.add(look);
				look();
			}),
	};
}

test('it serves the credential it prints, tells each request without the token, and ends on SIGTERM', async () => {
	const own = run('--json', '--bundle-id', 'com.example.mine', '--environment', 'production');
	const hello = JSON.parse(await own.lineLike(/"credential"/)) as { port: number; credential: ApnsApiCredential };
	const { credential } = hello;
	expect(credential).toMatchObject({
		authentication: 'token',
		environment: 'production',
		bundleId: 'com.example.mine',
		customEndpoint: true,
		host: '127.0.0.1',
		port: hello.port,
	});
	const jwt = signProviderToken({
		teamId: credential.teamId ?? '',
		keyId: credential.keyId ?? '',
		privateKeyPem: credential.privateKey ?? '',
	});
	const session = http2.connect(`https://${credential.host}:${credential.port}`, {
		ca: credential.caBundle,
		servername: 'localhost',
	});
	const stream = session.request({
		':method': 'POST',
		':path': `/3/device/${'ab'.repeat(32)}`,
		authorization: `bearer ${jwt}`,
		'apns-topic': 'com.example.mine',
	});
	stream.end('{"aps":{}}');
	const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader];
	expect(headers[':status']).toBe(200);
	session.destroy();
	expect(JSON.parse(await own.lineLike(/"number":1/))).toMatchObject({
		number: 1,
		connection: 1,
		status: 200,
		body: { aps: {} },
		headers: { 'apns-topic': 'com.example.mine' },
	});
	const ended = once(own.child, 'exit');
	own.child.kill('SIGTERM');
	expect(await ended).toEqual([0, null]);
	expect(own.lines.join('\n')).not.toContain(jwt);
});

test('without --json it prints addresses and the credential for reading, and a wrong option is named', async () => {
	const own = run('--certificate');
	await own.lineLike(/channel management +https:\/\/127\.0\.0\.1:\d+/);
	await own.lineLike(/"authentication": "certificate"/);
	await own.lineLike(/Stop with Ctrl\+C/);
	const wrong = run('--port', 'many');
	expect((await once(wrong.child, 'exit'))[0]).toBe(1);
	expect(wrong.errors.join('')).toContain('--port must be a port number');
	const taken = /channel management +https:\/\/127\.0\.0\.1:(\d+)/.exec(own.lines.join('\n'))?.[1] ?? '';
	const blocked = run('--management-port', taken);
	expect((await once(blocked.child, 'exit'))[0]).toBe(1);
	expect(blocked.errors.join('')).toContain(`127.0.0.1:${taken}`);
});
