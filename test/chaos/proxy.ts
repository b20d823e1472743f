/** A CONNECT proxy: HTTP/1.1 in plain bytes, a login, a tunnel, and every way to fail at each step. */
import type { Address } from '../../nodes/shared/transport/network';
import type { Mood } from './faults';
import type { ConnectionRecord, Journal } from './journal';
import { type FarEnd, type Link, systemError } from './link';
import type { Loop } from './loop';
import type { Host, TcpVerdict, TlsVerdict } from './network';
import { createRandom, mixSeed } from './random';

export interface ProxyPlan {
	readonly host: string;
	readonly port: number;
	readonly deadAddresses: readonly boolean[];
	readonly latencyMs: number;
	/** `user:password` it asks for. */
	readonly login: string;
	readonly seed: number;
}

/** The proxy's index among endpoints. */
export const PROXY_ENDPOINT = 100;

export class Proxy implements Host {
	readonly endpoint = PROXY_ENDPOINT;
	readonly links = new Set<Link>();
	private readonly tunnels = new WeakMap<Link, Host>();
	private opened = 0;

	constructor(
		readonly plan: ProxyPlan,
		readonly mood: Mood,
		private readonly loop: Loop,
		private readonly journal: Journal,
		private readonly targetOf: (host: string, port: number) => Host | undefined,
	) {}

	addresses(): readonly Address[] {
		return this.plan.deadAddresses.map((_dead, index) => ({ address: `10.${PROXY_ENDPOINT}.0.${index}`, family: 4 }));
	}

	has(address: string, port: number): boolean {
		return port === this.plan.port && this.addresses().some((known) => known.address === address);
	}

	tunnelOf(link: Link): Host | undefined {
		return this.tunnels.get(link);
	}

	latencyMs(): number {
		return this.plan.latencyMs;
	}

	tcp(address: string): TcpVerdict {
		const index = this.addresses().findIndex((known) => known.address === address);
		if (this.plan.deadAddresses[index] === true) return 'blackHole';
		if (this.mood.has('tcpRefused') !== undefined) return 'refused';
		if (this.mood.has('tcpBlackHole') !== undefined) return 'blackHole';
		if (this.mood.has('tcpUnreachable') !== undefined) return 'unreachable';
		if (this.mood.has('tcpReset') !== undefined) return 'reset';
		return 'up';
	}

	tls(): TlsVerdict {
		return { kind: 'failed', code: 'EPROTO', chainShown: false };
	}

	secured(): FarEnd {
		throw new Error('TLS to the proxy itself');
	}

	plain(link: Link, record: ConnectionRecord): FarEnd {
		let text = '';
		let answered = false;
		const random = createRandom(mixSeed(this.plan.seed, ++this.opened));
		this.links.add(link);
		const say = (bytes: string, close: boolean): void => {
			answered = true;
			this.loop.arrive(1, () => {
				link.send(Buffer.from(bytes, 'latin1'));
				if (close) link.finish();
			});
		};
		const refuse = (status: number, close = random.chance(0.7)): void => {
			this.journal.trouble(record, `proxy${status}`);
			this.journal.dialFailures.push({ atMs: this.loop.now(), endpoint: PROXY_ENDPOINT, why: `proxy${status}` });
			say(`HTTP/1.1 ${status} No\r\ncontent-length: 5\r\n\r\nsorry`, close);
			if (!close) this.loop.arrive(30_000, () => link.finish());
		};
		return {
			onBytes: (bytes) => {
				if (answered) return;
				text += bytes.toString('latin1');
				if (!text.includes('\r\n\r\n')) return;
				const { mood } = this;
				this.journal.note('tunnel', record.id);
				if (mood.has('proxySilent') !== undefined) {
					answered = true;
					return this.journal.trouble(record, 'proxySilent');
				}
				if (mood.has('proxyCuts') !== undefined) {
					this.journal.trouble(record, 'cut');
					this.journal.dialFailures.push({ atMs: this.loop.now(), endpoint: PROXY_ENDPOINT, why: 'proxyCuts' });
					say('HTTP/1.1 20', false);
					return this.loop.arrive(3, () => link.cut(systemError('ECONNRESET', 'read ECONNRESET'), false));
				}
				if (mood.has('proxyGarbage') !== undefined) {
					this.journal.dialFailures.push({ atMs: this.loop.now(), endpoint: PROXY_ENDPOINT, why: 'proxyGarbage' });
					return say('SSH-2.0-OpenSSH_9.6\r\n\r\n', true);
				}
				const refuses = mood.has('proxyRefuses');
				if (refuses !== undefined) return refuse([502, 503, 504, 429][refuses.seed % 4] ?? 502);
				if (mood.has('proxyForbids') !== undefined) return refuse(403);
				const login = /^proxy-authorization: basic (\S+)\r$/im.exec(text)?.[1] ?? '';
				const known = Buffer.from(login, 'base64').toString('latin1') === this.plan.login;
				if (!known || mood.has('proxyLogin') !== undefined) return refuse(407);
				const wanted = /^CONNECT (\S+):(\d+) HTTP\/1\.1\r/.exec(text);
				const target = wanted === null ? undefined : this.targetOf(wanted[1] ?? '', Number(wanted[2]));
				if (target === undefined) return refuse(400);
				const reach = target.tcp('tunnel');
				if (reach !== 'up') return refuse(reach === 'blackHole' ? 504 : 502);
				this.tunnels.set(link, target);
				say('HTTP/1.1 200 Connection established\r\n\r\n', false);
			},
			onLost: () => undefined,
			onFin: () => link.finish(),
			onGone: () => void this.links.delete(link),
		};
	}
}
