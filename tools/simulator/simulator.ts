/** The APNs simulator: two TLS ports (pushes and broadcasts, channel management), as strict as Apple's pages, with a journal and faults on script. */
import { sharedAuthority } from './authority';
import type { ChannelStore } from './channels';
import type { Controls } from './controls';
import { createControls } from './controls';
import type { AcceptedPush } from './deviceApi';
import type { Devices } from './devices';
import type { Environment } from './facts';
import type { Script } from './faults';
import type { ConnectionRecord, Journal } from './journal';
import type { SimulatorOptions } from './options';
import type { ServerIdentity } from './ports';
import { openPorts } from './ports';
import type { VerifiedToken } from './providerToken';
import { createService } from './service';
import type { Teams } from './teams';

export type { SimulatorOptions } from './options';

export interface Counters {
	/** Connections so far, and those open now. */
	readonly connections: number;
	readonly openConnections: number;
	/** Requests begun. */
	readonly streams: number;
	/** Distinct provider tokens with a good signature. */
	readonly providerTokens: number;
	/** Pushes and broadcasts answered 200. */
	readonly accepted: number;
}

export interface LiveConnection {
	readonly record: ConnectionRecord;
	/** Streams neither side has finished. */
	readonly openStreams: number;
	/** The limit last announced. */
	readonly streamLimit: number;
}

export interface Simulator extends Controls {
	readonly host: string;
	readonly pushPort: number;
	readonly managementPort: number;
	/** What a client must trust. */
	readonly caPem: string;
	readonly environment: Environment;
	readonly journal: Journal;
	readonly devices: Devices;
	readonly channels: ChannelStore;
	readonly teams: Teams;
	readonly script: Script;
	/** Pushes to devices that were accepted, in order. */
	readonly acceptedPushes: readonly AcceptedPush[];
	counters(): Counters;
	/** Provider tokens with a good signature, in order of arrival; the tokens themselves are kept nowhere. */
	providerTokens(): readonly VerifiedToken[];
	/** The connections open now. */
	liveConnections(): LiveConnection[];
	/** Ends all connections and both ports. */
	close(): Promise<void>;
}

/** The certificate given, or one of the process's own authority. */
function identityOf({ tls }: SimulatorOptions): ServerIdentity {
	if (tls !== undefined) return { certificatePem: tls.cert, privateKeyPem: tls.key, caPem: tls.ca ?? tls.cert };
	const authority = sharedAuthority();
	return { ...authority.server(), caPem: authority.caPem };
}

/** Starts a simulator on loopback. Rejects when a port is taken. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
	const identity = identityOf(options);
	const service = createService(options);
	const ports = await openPorts(options, service, identity);
	const { environment, journal, devices, channels, teams, script, acceptedPushes } = service;
	let closing: Promise<void> | undefined;
	return {
		host: options.host ?? '127.0.0.1',
		pushPort: ports.pushPort,
		managementPort: ports.managementPort,
		caPem: identity.caPem,
		environment,
		journal,
		devices,
		channels,
		teams,
		script,
		acceptedPushes,
		counters: () => ({
			connections: ports.opened(),
			openConnections: ports.connections.size,
			streams: ports.streams(),
			providerTokens: service.providerTokens().length,
			accepted: service.accepted(),
		}),
		providerTokens: service.providerTokens,
		liveConnections: () =>
			[...ports.connections].map(({ record, wire, streamLimit }) => ({
				record,
				openStreams: wire.openStreams.size,
				streamLimit: streamLimit(),
			})),
		...createControls(service, ports),
		close() {
			service.stop();
			closing ??= ports.close();
			return closing;
		},
	};
}
