/** A provider for the device page's tests: pushes, broadcasts and channels from a plain HTTP/2 client, with a good token unless told otherwise. */
import type { ApnsApiCredential, AppSimulator } from '../../tools/simulator/credential';
import { startAppSimulator } from '../../tools/simulator/credential';
import { signProviderToken } from '../../tools/simulator/authority';
import type { SimulatorOptions } from '../../tools/simulator/simulator';
import type { PhoneSpec } from '../../tools/simulator/devicePage/phones';
import { defaultPhones, tokensOf } from '../../tools/simulator/devicePage/phones';
import type { Reply, TestClient } from '../simulator/testClient';
import { connect } from '../simulator/testClient';

export const bundleId = 'com.example.app';

type Lines = Readonly<Record<string, string | undefined>>;

export interface Sender {
	readonly app: AppSimulator;
	/** Token of a phone's first installation, or of a later one. */
	token(phone: string, kind?: string, generation?: number): string;
	push(token: string, payload: unknown, headers?: Lines): Promise<Reply>;
	liveActivity(token: string, aps: Readonly<Record<string, unknown>>, headers?: Lines): Promise<Reply>;
	createChannel(): Promise<string>;
	broadcast(channelId: string, aps: Readonly<Record<string, unknown>>, headers?: Lines): Promise<Reply>;
	close(): Promise<void>;
}

function given(lines: Lines): Record<string, string> {
	const kept: Record<string, string> = {};
	for (const [name, value] of Object.entries(lines)) if (value !== undefined) kept[name] = value;
	return kept;
}

/** Starts a simulator as `npm run simulator` does, and a client for it that connects again when it has to. */
export async function startSender(options: SimulatorOptions = {}): Promise<Sender> {
	const app = await startAppSimulator({ bundleId, readsHeaderBlocks: true, ...options });
	const { simulator, credential } = app;
	const clients = new Map<number, TestClient>();

	async function clientFor(port: number): Promise<TestClient> {
		const known = clients.get(port);
		if (known !== undefined && !known.session.closed && !known.session.destroyed) return known;
		const client = await connect(simulator, { port });
		clients.set(port, client);
		return client;
	}

	const { keyId = '', teamId = '', privateKey = '' }: ApnsApiCredential = credential;
	const authorization = `bearer ${signProviderToken({ keyId, teamId, privateKeyPem: privateKey })}`;
	const nowSeconds = () => Math.floor(Date.now() / 1000);
	const sender: Sender = {
		app,
		token(phone, kind = 'app', generation = 0) {
			const spec: PhoneSpec | undefined = defaultPhones.find(({ id }) => id === phone);
			const found =
				spec === undefined ? undefined : tokensOf(spec, bundleId, generation).find(({ id }) => id === kind)?.token;
			if (found === undefined) throw new Error(`There is no token "${kind}" of a phone "${phone}".`);
			return found;
		},
		async push(token, payload, headers = {}) {
			const client = await clientFor(simulator.pushPort);
			return await client.request(
				given({
					':method': 'POST',
					':path': `/3/device/${token}`,
					authorization,
					'apns-topic': bundleId,
					'apns-push-type': 'alert',
					...headers,
				}),
				typeof payload === 'string' ? payload : JSON.stringify(payload),
			);
		},
		liveActivity: (token, aps, headers = {}) =>
			sender.push(
				token,
				{ aps: { timestamp: nowSeconds(), ...aps } },
				{ 'apns-topic': `${bundleId}.push-type.liveactivity`, 'apns-push-type': 'liveactivity', ...headers },
			),
		async createChannel() {
			const client = await clientFor(simulator.managementPort);
			const reply = await client.request(
				{ ':method': 'POST', ':path': `/1/apps/${bundleId}/channels`, authorization },
				'{"message-storage-policy":1,"push-type":"LiveActivity"}',
			);
			return reply.headers['apns-channel-id'] ?? '';
		},
		async broadcast(channelId, aps, headers = {}) {
			const client = await clientFor(simulator.pushPort);
			return await client.request(
				given({
					':method': 'POST',
					':path': `/4/broadcasts/apps/${bundleId}`,
					authorization,
					'apns-channel-id': channelId,
					'apns-push-type': 'liveactivity',
					'apns-priority': '10',
					'apns-expiration': String(nowSeconds() + 3600),
					...headers,
				}),
				JSON.stringify({ aps: { timestamp: nowSeconds(), ...aps } }),
			);
		},
		async close() {
			for (const client of clients.values()) client.close();
			await simulator.close();
		},
	};
	return sender;
}
