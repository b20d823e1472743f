/** `npm run simulator`: starts the simulator on loopback, prints where it is and a credential for it, and a line per request until it is stopped. */
import { parseArgs } from 'node:util';
import type { Environment } from './facts';
import type { ConnectionRecord, RequestRecord } from './journal';
import { startAppSimulator } from './credential';
import { startDevicePage } from './devicePage/page';

const usage = `npm run simulator -- [options]

  --port N              port for pushes and broadcasts (default: any free one)
  --management-port N   port for channel management (default: any free one)
  --page-port N         port for the device page (default: any free one)
  --no-page             serve no device page
  --bundle-id ID        the app it knows (default: com.example.app)
  --environment NAME    development (default) or production
  --certificate         print a certificate credential instead of a signing key
  --quiet               print no requests
  --json                print JSON lines only: first {host, port, …, credential}, then one object per request
  --help                print this
`;

/** A port number out of an option, or 0 when it is absent. Throws for anything else. */
function port(text: string | undefined, option: string): number {
	const number = Number(text ?? 0);
	if (!Number.isInteger(number) || number < 0 || number > 65_535)
		throw new Error(`${option} must be a port number from 0 to 65535, not "${text ?? ''}".`);
	return number;
}

function environmentOf(text: string | undefined): Environment {
	if (text === undefined || text === 'development') return 'development';
	if (text === 'production') return text;
	throw new Error(`--environment must be development or production, not "${text}".`);
}

/** What may be shown of a request: never the provider token. */
function summary(request: RequestRecord): Record<string, unknown> {
	const shown = request.headers.filter(([name]) => name.startsWith('apns-'));
	return {
		number: request.number,
		connection: request.connectionId,
		stream: request.streamId,
		method: request.method,
		path: request.path,
		headers: Object.fromEntries(shown),
		body: request.json ?? request.body.toString('utf8'),
		ending: request.ending,
		status: request.answer?.status,
		reason: request.answer?.reason,
	};
}

function line(request: RequestRecord): string {
	const headers = request.headers
		.filter(([name]) => name.startsWith('apns-'))
		.map(([name, value]) => `${name.slice('apns-'.length)}=${value}`);
	const outcome =
		request.answer === undefined
			? (request.ending ?? '')
			: `${request.answer.status} ${request.answer.reason ?? ''}`.trim();
	const body =
		request.body.length > 200
			? `${request.body.subarray(0, 200).toString('utf8')}… (${request.body.length} bytes)`
			: request.body.toString('utf8');
	return `#${request.number} connection ${request.connectionId} stream ${request.streamId}: ${request.method} ${request.path} → ${outcome}  [${headers.join(' ')}]  ${body}`;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			port: { type: 'string' },
			'management-port': { type: 'string' },
			'page-port': { type: 'string' },
			'no-page': { type: 'boolean', default: false },
			'bundle-id': { type: 'string' },
			environment: { type: 'string' },
			certificate: { type: 'boolean', default: false },
			quiet: { type: 'boolean', default: false },
			json: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(usage);
		return;
	}
	const bundleId = values['bundle-id'] ?? 'com.example.app';
	const app = await startAppSimulator({
		port: port(values.port, '--port'),
		managementPort: port(values['management-port'], '--management-port'),
		bundleId,
		readsHeaderBlocks: !values['no-page'],
		environment: environmentOf(values.environment),
		// It runs for hours; the terminal keeps what was printed.
		journalKeeps: 1000,
	});
	const { simulator } = app;
	const page = values['no-page']
		? undefined
		: await startDevicePage(simulator, { bundleId, port: port(values['page-port'], '--page-port') }).catch(
				async (error: unknown) => {
					await simulator.close();
					throw error;
				},
			);
	const credential = values.certificate ? app.certificateCredential() : app.credential;
	const print = (text: string) => void process.stdout.write(`${text}\n`);
	if (values.json) {
		print(
			JSON.stringify({
				host: simulator.host,
				port: simulator.pushPort,
				managementPort: simulator.managementPort,
				environment: simulator.environment,
				page: page?.address,
				credential,
			}),
		);
	} else {
		print(`APNs simulator, ${simulator.environment}`);
		print(`  pushes and broadcasts  https://${simulator.host}:${simulator.pushPort}`);
		print(`  channel management     https://${simulator.host}:${simulator.managementPort}`);
		if (page !== undefined) print(`  phones, in a browser    ${page.address}`);
		print(`Credential "APNs API" (apnsApi) for it, made for this run only:\n${JSON.stringify(credential, null, 2)}`);
		print('Every well-formed device token is registered. Stop with Ctrl+C.\n');
	}
	if (!values.quiet) {
		const told = (connection: ConnectionRecord, what: string) =>
			print(
				`-- connection ${connection.id} (${connection.role}) ${what}: ${connection.tlsVersion}, ${connection.clientCertificate === undefined ? 'provider token' : 'certificate'}`,
			);
		simulator.journal.events.on('end', (request) =>
			print(values.json ? JSON.stringify(summary(request)) : line(request)),
		);
		if (!values.json) {
			simulator.journal.events.on('connection', (connection) => told(connection, 'opened'));
			simulator.journal.events.on('close', (connection) => told(connection, 'closed'));
		}
	}
	await new Promise<void>((resolve) => {
		process.once('SIGINT', resolve);
		process.once('SIGTERM', resolve);
	});
	simulator.journal.events.removeAllListeners();
	await page?.close();
	await simulator.close();
	if (!values.json)
		print(`Stopped after ${simulator.counters().streams} requests on ${simulator.counters().connections} connections.`);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
