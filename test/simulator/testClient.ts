/** A plain `node:http2` client for the simulator's own tests: one connection, requests with free headers, everything it got. */
import * as http2 from 'node:http2';
import type { SecureClientSessionOptions } from 'node:http2';
import { createSigningKey, signProviderToken } from '../../tools/simulator/authority';
import type { SigningKey, TokenClaims } from '../../tools/simulator/authority';
import type { Simulator, SimulatorOptions } from '../../tools/simulator/simulator';
import { startSimulator } from '../../tools/simulator/simulator';
import type { TeamSpec } from '../../tools/simulator/teams';

export interface Reply {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: string;
	readonly reason?: string;
	/** Parsed body. */
	readonly json?: Readonly<Record<string, unknown>>;
	/** HEADERS carried END_STREAM. */
	readonly headersOnly: boolean;
}

export interface TestClient {
	/** Rejects with the stream's error, whose `rstCode` is set when the server reset it. */
	request(headers: Readonly<Record<string, string | string[]>>, body?: Buffer | string): Promise<Reply>;
	readonly session: http2.ClientHttp2Session;
	/** Resolves with `[code, lastStreamId, debug]` of the next GOAWAY, or the one that already came. */
	goaway(): Promise<readonly [number, number, string]>;
	closed(): Promise<void>;
	close(): void;
}

export class StreamError extends Error {
	constructor(
		readonly rstCode: number,
		/** Status that came before the end, if any. */
		readonly status: number | undefined,
	) {
		super(`The stream ended with code ${rstCode}.`);
	}
}

/** Connects and waits for the server's first SETTINGS. */
export async function connect(
	simulator: Simulator,
	options: SecureClientSessionOptions & { readonly port?: number } = {},
): Promise<TestClient> {
	const { port = simulator.pushPort, ...tlsOptions } = options;
	const session = http2.connect(`https://${simulator.host}:${port}`, {
		ca: simulator.caPem,
		servername: 'localhost',
		...tlsOptions,
	});
	const goaways: Array<readonly [number, number, string]> = [];
	session.on('goaway', (code: number, last: number, debug?: Buffer) =>
		goaways.push([code, last, debug?.toString() ?? '']),
	);
	const closed = new Promise<void>((resolve) => session.once('close', resolve));
	await new Promise<void>((resolve, reject) => {
		session.once('error', reject);
		session.once('close', () => reject(new Error('The connection closed before SETTINGS.')));
		session.once('remoteSettings', () => {
			session.off('error', reject);
			session.on('error', () => undefined);
			resolve();
		});
	});
	return {
		session,
		request(headers, body) {
			return new Promise((resolve, reject) => {
				const stream = session.request(headers as http2.OutgoingHttpHeaders, { endStream: body === undefined });
				const chunks: Buffer[] = [];
				let status: number | undefined;
				let received: Record<string, string> = {};
				let headersOnly = false;
				let ended = false;
				stream.on('response', (answer, flags) => {
					status = answer[':status'];
					headersOnly = (flags & 1) !== 0;
					received = Object.fromEntries(Object.entries(answer).map(([name, value]) => [name, String(value)]));
				});
				stream.on('data', (chunk: Buffer) => chunks.push(chunk));
				stream.on('end', () => {
					ended = true;
				});
				stream.on('error', () => undefined);
				stream.on('close', () => {
					if (stream.rstCode !== 0 || status === undefined || !ended)
						return reject(new StreamError(stream.rstCode ?? -1, status));
					const text = Buffer.concat(chunks).toString();
					const json = text === '' ? undefined : (JSON.parse(text) as Record<string, unknown>);
					return resolve({
						status,
						headers: received,
						body: text,
						json,
						reason: typeof json?.reason === 'string' ? json.reason : undefined,
						headersOnly,
					});
				});
				if (body !== undefined) stream.end(body);
			});
		},
		async goaway() {
			for (;;) {
				const first = goaways.shift();
				if (first !== undefined) return first;
				await new Promise((resolve) => session.once('goaway', resolve));
			}
		},
		closed: () => closed,
		close: () => session.destroy(),
	};
}

export const bundleId = 'com.example.app';
export const teamId = 'TEAM000001';
export const deviceToken = 'ab'.repeat(32);

export interface Bench {
	readonly simulator: Simulator;
	readonly key: SigningKey;
	/** A provider token of the bench's key, or one laid out otherwise. */
	token(claims?: Partial<TokenClaims>): string;
	connect(options?: SecureClientSessionOptions & { readonly port?: number }): Promise<TestClient>;
	/** Headers of a push that is right in every respect. */
	push(headers?: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | string[]>;
	/** Headers of a broadcast that is right in every respect. */
	broadcast(
		channelId: string,
		headers?: Readonly<Record<string, string | undefined>>,
	): Record<string, string | string[]>;
	/** Headers of a channel request. */
	manage(
		method: string,
		resource: string,
		headers?: Readonly<Record<string, string | undefined>>,
	): Record<string, string | string[]>;
	close(): Promise<void>;
}

type Lines = Readonly<Record<string, string | string[] | undefined>>;

/** Lays headers over others; `undefined` takes one away. */
function lay(base: Lines, over: Lines): Record<string, string | string[]> {
	const lines: Record<string, string | string[]> = {};
	for (const [name, value] of Object.entries({ ...base, ...over })) if (value !== undefined) lines[name] = value;
	return lines;
}

/** A simulator with one team, one key and one app. */
export async function startBench(options: SimulatorOptions = {}, team: Partial<TeamSpec> = {}): Promise<Bench> {
	const key = createSigningKey('KEY0000001');
	const teams: TeamSpec[] = [
		{ teamId, keys: [{ keyId: key.keyId, publicKey: key.publicKey }], bundleIds: [bundleId], ...team },
		...(options.teams ?? []),
	];
	const simulator = await startSimulator({ ...options, teams });
	const clients: TestClient[] = [];
	const clock = options.clock ?? Date.now;
	const token = (claims: Partial<TokenClaims> = {}) =>
		signProviderToken({
			teamId,
			keyId: key.keyId,
			privateKeyPem: key.privateKeyPem,
			issuedAtSeconds: Math.floor(clock() / 1000),
			...claims,
		});
	const usual = token();
	return {
		simulator,
		key,
		token,
		async connect(connectOptions) {
			const client = await connect(simulator, connectOptions);
			clients.push(client);
			return client;
		},
		push: (headers = {}) =>
			lay(
				{
					':method': 'POST',
					':path': `/3/device/${deviceToken}`,
					authorization: `bearer ${usual}`,
					'apns-topic': bundleId,
					'apns-push-type': 'alert',
				},
				headers,
			),
		broadcast: (channelId, headers = {}) =>
			lay(
				{
					':method': 'POST',
					':path': `/4/broadcasts/apps/${bundleId}`,
					authorization: `bearer ${usual}`,
					'apns-channel-id': channelId,
					'apns-expiration': '0',
					'apns-priority': '10',
					'apns-push-type': 'liveactivity',
				},
				headers,
			),
		manage: (method, resource, headers = {}) =>
			lay({ ':method': method, ':path': `/1/apps/${bundleId}/${resource}`, authorization: `bearer ${usual}` }, headers),
		async close() {
			for (const client of clients) client.close();
			await simulator.close();
		},
	};
}
