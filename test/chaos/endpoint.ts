/** One endpoint of APNs: its addresses, what TCP and TLS make of a connection, and its HTTP/2 connections. */
import type { Address, SecureOptions } from '../../nodes/shared/transport/network';
import type { Mood } from './faults';
import type { ConnectionRecord } from './journal';
import { type FarEnd, type Link, systemError } from './link';
import type { Host, TcpVerdict, TlsVerdict } from './network';
import { PeerConnection } from './peer/connection';
import type { CertificateName, Habits, PeerWorld } from './peer/peerWorld';
import { createRandom, mixSeed } from './random';

export interface EndpointPlan {
	readonly host: string;
	readonly port: number;
	/** Of each address: whether packets to it vanish for ever. */
	readonly deadAddresses: readonly boolean[];
	readonly latencyMs: number;
	/** Whether a refused client certificate shows during the handshake, or after it. */
	readonly tls12: boolean;
	readonly habits: Habits;
	readonly seed: number;
}

/** What TLS says of a client certificate (alerts as OpenSSL names them in Node's codes). */
const certificateAlerts = [
	'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED',
	'ERR_SSL_SSLV3_ALERT_CERTIFICATE_REVOKED',
	'ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN',
	'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
	'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
	'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
];

/** Handshakes that fail by a fault of the same name. */
const tlsFailures = [
	['tlsUntrusted', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', true],
	['tlsWrongName', 'ERR_TLS_CERT_ALTNAME_INVALID', true],
	['tlsExpired', 'CERT_HAS_EXPIRED', true],
	['tlsAlpnAlert', 'ERR_SSL_TLSV1_ALERT_NO_APPLICATION_PROTOCOL', false],
	['tlsResets', 'ECONNRESET', false],
] as const;

export class Endpoint implements Host {
	readonly connections = new Set<PeerConnection>();
	/** Moves with the name's addresses. */
	private generation = 0;
	private opened = 0;

	constructor(
		readonly endpoint: number,
		readonly plan: EndpointPlan,
		readonly mood: Mood,
		private readonly world: Omit<PeerWorld, 'mood'>,
		/** Whose certificate this is; undefined for none. */
		private readonly certificateOf: (certificatePem: string | undefined) => CertificateName | undefined,
	) {}

	/** The addresses the name has now. */
	addresses(): readonly Address[] {
		return this.plan.deadAddresses.map((_dead, index) => this.address(index, this.generation));
	}

	private address(index: number, generation: number): Address {
		return index % 2 === 0
			? { address: `fd00::${this.endpoint}:${generation}:${index}`, family: 6 }
			: { address: `10.${this.endpoint}.${generation}.${index}`, family: 4 };
	}

	/** Which address of which generation it is; undefined when it is none of this endpoint. */
	private placeOf(address: string): { readonly index: number; readonly generation: number } | undefined {
		for (let generation = 0; generation <= this.generation; generation++) {
			const index = this.plan.deadAddresses.findIndex((_dead, at) => this.address(at, generation).address === address);
			if (index >= 0) return { index, generation };
		}
		return undefined;
	}

	has(address: string, port: number): boolean {
		return port === this.plan.port && this.placeOf(address) !== undefined;
	}

	/** The name moves to other addresses; the old ones fall silent. */
	move(): void {
		this.generation += 1;
		for (const connection of [...this.connections]) connection.silence();
	}

	latencyMs(): number {
		return this.plan.latencyMs;
	}

	/** `tunnel` is what a proxy reaches: it resolves the name itself, and finds an address that is up. */
	tcp(address: string): TcpVerdict {
		const live = { index: this.plan.deadAddresses.indexOf(false), generation: this.generation };
		const place = address === 'tunnel' ? live : this.placeOf(address);
		if (place === undefined || place.generation < this.generation) return 'blackHole';
		if (this.plan.deadAddresses[place.index] === true) return 'blackHole';
		const { mood } = this;
		if (mood.calm) return 'up';
		const share = (place.index + 1) / this.plan.deadAddresses.length;
		const hits = (name: 'tcpRefused' | 'tcpBlackHole' | 'tcpUnreachable' | 'tcpReset'): boolean => {
			const fault = mood.has(name);
			return fault !== undefined && (fault.strength > 0.5 || share <= fault.strength * 2);
		};
		if (hits('tcpRefused')) return 'refused';
		if (hits('tcpBlackHole')) return 'blackHole';
		if (hits('tcpUnreachable')) return 'unreachable';
		if (hits('tcpReset')) return 'reset';
		return 'up';
	}

	plain(_link: Link, _record: ConnectionRecord): FarEnd {
		throw new Error('APNs was dialled without TLS');
	}

	tls(secure: SecureOptions): TlsVerdict {
		const { mood } = this;
		if (secure.host !== this.plan.host || !secure.alpnProtocols.includes('h2'))
			return { kind: 'failed', code: 'ERR_TLS_CERT_ALTNAME_INVALID', chainShown: true };
		if (mood.calm) return { kind: 'up', alpn: 'h2' };
		if (mood.has('tlsStalls') !== undefined) return { kind: 'stall' };
		for (const [name, code, chainShown] of tlsFailures)
			if (mood.has(name) !== undefined) return { kind: 'failed', code, chainShown };
		if (mood.has('tlsNoAlpn') !== undefined) return { kind: 'up', alpn: undefined };
		if (this.plan.tls12) {
			const alert = this.certificateAlert(secure);
			if (alert !== undefined) {
				this.world.journal.refused(this.certificateOf(secure.trust.certificatePem)?.identity ?? -1, this.endpoint);
				return { kind: 'failed', code: alert, chainShown: true };
			}
		}
		return { kind: 'up', alpn: 'h2' };
	}

	secured(link: Link, record: ConnectionRecord, secure: SecureOptions): FarEnd {
		const random = createRandom(mixSeed(this.plan.seed, ++this.opened));
		record.endpoint = this.endpoint;
		const certificate = this.certificateOf(secure.trust.certificatePem);
		const connection = new PeerConnection(
			{ ...this.world, mood: this.mood, onClosed: (closed) => this.connections.delete(closed) },
			link,
			record,
			this.plan.habits,
			certificate,
			random,
		);
		const alert = this.certificateAlert(secure);
		if (alert !== undefined) {
			// TLS 1.3: the client has done its part, writes, and then meets the alert; nothing it wrote was read.
			connection.trouble('tlsAlert');
			this.world.journal.refused(record.identity, this.endpoint);
			connection.refuseAll();
			// Some have spoken by then, and requests are on their way.
			if (random.chance(0.5)) connection.start();
			this.world.loop.arrive(1 + random.next() * 20, () => connection.cut(true, systemError(alert)));
			return connection;
		}
		this.connections.add(connection);
		this.world.journal.note('open', record.id, record.identity);
		connection.start();
		return connection;
	}

	private certificateAlert(secure: SecureOptions): string | undefined {
		const certificate = this.certificateOf(secure.trust.certificatePem);
		if (certificate === undefined) return undefined;
		const fault = this.mood.has('certificateRefused', certificate.identity);
		return fault === undefined ? undefined : certificateAlerts[fault.seed % certificateAlerts.length];
	}
}
