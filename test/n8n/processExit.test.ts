/** An idle session never keeps a process alive; a pending push does. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { bundleId, type SimulatorWithCredential, startSimulatorWithCredential, teamId } from './credential';

const root = path.resolve(__dirname, '../..');
const phone = 'ab'.repeat(32);

let peer: SimulatorWithCredential;

beforeEach(async () => {
	peer = await startSimulatorWithCredential();
});

afterEach(() => peer.simulator.close());

/** Runs a child that sends one push through the built package and then has nothing more to do; what it printed and its exit code. */
async function sendInChild(): Promise<{ code: unknown; output: string }> {
	const script = `
		const { ApnsClient } = require('./dist/nodes/shared/client/apnsClient.js');
		const { normalizePrivateKey } = require('./dist/nodes/shared/apns/privateKey.js');
		const { key, keyId, port, ca } = JSON.parse(process.env.APNS_TEST);
		const endpoint = { host: 'localhost', port };
		const client = new ApnsClient({ identity: { type: 'token', teamId: '${teamId}', keyId, privateKeyPem: normalizePrivateKey(key) }, endpoint, managementEndpoint: endpoint, caBundle: ca });
		client.send({ deviceToken: '${phone}', topic: '${bundleId}', pushType: 'alert', payload: Buffer.from('{}') }).then((outcome) => console.log(outcome.outcome));
	`;
	const settings = {
		key: peer.key.privateKeyPem,
		keyId: peer.key.keyId,
		port: peer.simulator.pushPort,
		ca: peer.simulator.caPem,
	};
	const child = spawn(process.execPath, ['-e', script], {
		cwd: root,
		env: { ...process.env, APNS_TEST: JSON.stringify(settings) },
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	let output = '';
	child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
	const [code] = (await once(child, 'close')) as [unknown];
	return { code, output: output.trim() };
}

it('exits by itself after its push, with the session idle and the server silent', async () => {
	expect(await sendInChild()).toEqual({ code: 0, output: 'accepted' });
	expect(peer.simulator.counters()).toMatchObject({ connections: 1, accepted: 1 });
});

it('stays until a slow answer has come', async () => {
	peer.simulator.script.always({ type: 'delay', ms: 1_500 });
	expect(await sendInChild()).toEqual({ code: 0, output: 'accepted' });
});
