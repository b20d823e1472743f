/** Opens one TLS connection that speaks HTTP/2: name resolution, the race of addresses, CONNECT proxy, TLS 1.2+, ALPN. */
import { isIP } from 'node:net';
import { endpointName } from '../endpoint';
import type { Clock } from './clock';
import type { ConnectObserver } from './connectObserver';
import { TransportError, transportError } from './errors';
import type { Address, Channel, Dialing, Network, SecureOptions, TrustSettings } from './network';
import { openTunnel, parseProxyUrl, type Proxy } from './proxy';
import { orderAddresses, raceAddresses } from './race';
import { timing } from './timing';

/** Where to connect and what to trust and show; everything that makes two connections different. */
export interface Target extends TrustSettings {
	readonly host: string;
	readonly port: number;
	/** `http://user:password@host:port` of a CONNECT proxy. */
	readonly proxyUrl?: string;
}

/** A connection that is being opened. */
export interface Opening {
	/** Speaks HTTP/2. Rejects with `TransportError`; never settles once destroyed. */
	readonly channel: Promise<Channel>;
	/** Whether waiting for it keeps the process alive. Initially it does not. */
	keepAlive(on: boolean): void;
	destroy(): void;
}

/** Opens a connection, under the eyes of an observer where there is one. */
export type Connect = (target: Target, observer?: ConnectObserver) => Opening;

/** What is being waited for, for the message of a timeout. */
type Phase =
	| 'name resolution'
	| 'TCP'
	| 'name resolution of the proxy'
	| 'TCP to the proxy'
	| "the proxy's answer to CONNECT"
	| 'the TLS handshake';

/** Endpoints whose addresses are remembered as bad; one process talks to few. */
const MAX_BAD_ADDRESSES = 1_000;

/** `Connect` over a network. Addresses whose TLS handshake failed are remembered, and tried last for a while. */
export function createConnect(network: Network, clock: Clock): Connect {
	const badUntilMs = new Map<string, number>();
	const isBad = (address: string, port: number): boolean =>
		(badUntilMs.get(`${address} ${port}`) ?? -Infinity) > clock.now();
	const noteBad = (address: string, port: number): void => {
		if (badUntilMs.size >= MAX_BAD_ADDRESSES) badUntilMs.clear();
		badUntilMs.set(`${address} ${port}`, clock.now() + timing.badAddressMemoryMs);
	};

	return (target, observer) => {
		const where = endpointName(target);
		/** What must be destroyed when the opening ends early. */
		let inProgress: { destroy(): void } | undefined;
		let over = false;
		let phase: Phase = 'name resolution';
		/** The address a direct TLS handshake is under way with. */
		let shaking: Address | undefined;
		const began = <T extends { destroy(): void }>(step: T): T => {
			if (over) step.destroy();
			inProgress = step;
			return step;
		};

		const addressesOf = async (host: string): Promise<readonly Address[]> => {
			const family = isIP(host);
			// An address is not looked up.
			if (family !== 0) return [{ address: host, family: family === 6 ? 6 : 4 }];
			try {
				// Asked anew for each connection, as Apple wants it.
				const addresses = await network.lookup(host);
				if (addresses.length === 0) throw Object.assign(new Error('no address'), { code: 'ENOTFOUND' });
				observer?.onAddresses(addresses);
				return addresses;
			} catch (error) {
				observer?.onLookupFailed();
				throw error;
			}
		};

		/** TCP to the first address that takes it, and what `dial` puts on top. */
		const reach = async (
			host: string,
			port: number,
			phases: readonly [lookup: Phase, tcp: Phase],
			secure: SecureOptions | undefined,
		): Promise<{ readonly address: Address; readonly dialing: Dialing }> => {
			phase = phases[0];
			const addresses = orderAddresses(await addressesOf(host), (address) => isBad(address, port));
			phase = phases[1];
			const race = began(raceAddresses(addresses, (to) => network.dial(to, port, secure), clock));
			const winner = await race.winner;
			began(winner.dialing);
			observer?.onConnected(winner.address.address, port);
			return winner;
		};

		const secureOptions: SecureOptions = {
			host: target.host,
			alpnProtocols: ['h2'],
			trust: target,
			onHandshake: (facts) => observer?.onHandshake(facts),
		};

		const direct = async (): Promise<Channel> => {
			const { address, dialing } = await reach(target.host, target.port, ['name resolution', 'TCP'], secureOptions);
			phase = 'the TLS handshake';
			shaking = address;
			return await dialing.channel;
		};

		const reachProxy = async (proxy: Proxy): Promise<Channel> => {
			const toProxy = proxy.secure ? { host: proxy.host, alpnProtocols: ['http/1.1'], trust: target } : undefined;
			try {
				const phases = ['name resolution of the proxy', 'TCP to the proxy'] as const;
				const { dialing } = await reach(proxy.host, proxy.port, phases, toProxy);
				return await dialing.channel;
			} catch (error) {
				const cause = transportError(error, proxy.name, 'proxyFailed');
				throw new TransportError('proxyFailed', `The proxy ${proxy.name} cannot be reached: ${cause.message}`, {
					cause: error,
				});
			}
		};

		const throughProxy = async (proxyUrl: string): Promise<Channel> => {
			const proxy = parseProxyUrl(proxyUrl);
			const tunnel = began(await reachProxy(proxy));
			phase = "the proxy's answer to CONNECT";
			await openTunnel(tunnel, proxy, where, (status) => observer?.onTunnel(status));
			phase = 'the TLS handshake';
			return await began(network.secure(tunnel, secureOptions)).channel;
		};

		const open = async (): Promise<Channel> => {
			const { proxyUrl } = target;
			const channel = proxyUrl === undefined || proxyUrl === '' ? await direct() : await throughProxy(proxyUrl);
			if (channel.alpnProtocol === 'h2') return channel;
			channel.destroy();
			throw new TransportError('noHttp2', `${where} does not offer HTTP/2 (it did not choose ALPN h2).`);
		};

		const end = (): void => {
			over = true;
			timer.cancel();
		};
		const fail = (error: TransportError): void => {
			end();
			inProgress?.destroy();
			if (shaking !== undefined) noteBad(shaking.address, target.port);
			giveUp(error);
		};
		const timer = clock.after(timing.connectTimeoutMs, () => {
			if (over) return;
			fail(
				new TransportError(
					'connectTimeout',
					`${where}: no connection within ${timing.connectTimeoutMs / 1_000} s (during ${phase}).`,
				),
			);
		});
		let giveUp: (error: TransportError) => void = () => undefined;
		const channel = new Promise<Channel>((resolve, reject) => {
			giveUp = reject;
			open().then(
				(opened) => {
					if (over) return opened.destroy();
					end();
					resolve(opened);
				},
				(error: unknown) => {
					if (!over) fail(transportError(error, where, 'tlsFailed'));
				},
			);
		});
		channel.catch(() => undefined);
		return {
			channel,
			keepAlive: (on) => timer.keepAlive(on),
			destroy() {
				if (over) return;
				end();
				inProgress?.destroy();
			},
		};
	};
}
