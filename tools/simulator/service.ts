/** What all connections of one simulator share: accounts, devices, channels, the journal, the script, and the judging of requests. */
import type { ApiRequest, Judgement } from './api';
import { judgeBroadcast } from './broadcastApi';
import { judgeChannelRequest } from './channelApi';
import type { ChannelStore } from './channels';
import { createChannelStore } from './channels';
import type { AcceptedPush } from './deviceApi';
import { judgeDevicePush } from './deviceApi';
import type { Devices } from './devices';
import { createDevices } from './devices';
import type { ExchangeOptions } from './exchange';
import type { Environment } from './facts';
import { limits } from './facts';
import type { Script } from './faults';
import { createScript } from './faults';
import type { JournalWriter, PortRole, RequestRecord } from './journal';
import { createJournal } from './journal';
import type { SimulatorOptions } from './options';
import type { VerifiedToken } from './providerToken';
import { createTokenVerifier } from './providerToken';
import type { Teams } from './teams';
import { createTeams } from './teams';

export interface Service {
	readonly environment: Environment;
	readonly clock: () => number;
	readonly journal: JournalWriter;
	readonly teams: Teams;
	readonly devices: Devices;
	readonly channels: ChannelStore;
	readonly script: Script;
	readonly acceptedPushes: readonly AcceptedPush[];
	/** `fingerprint256` of certificates that may no longer be used. */
	readonly revokedCertificates: Set<string>;
	/** Stream limit of connections that proved themselves. */
	provenStreamLimit: number;
	readonly exchange: ExchangeOptions;
	/** Pushes and broadcasts answered 200. */
	accepted(): number;
	/** Provider tokens with a good signature, in order of arrival. */
	providerTokens(): readonly VerifiedToken[];
	/** Drops everything that was to happen later. */
	stop(): void;
}

/** True for each event above so many within the time, by the given clock. */
function createThrottle(limit: SimulatorOptions['broadcastRateLimit'], clock: () => number): () => boolean {
	const times: number[] = [];
	return () => {
		if (limit === undefined) return false;
		const now = clock();
		times.push(now);
		while (now - (times[0] ?? now) >= limit.withinMs) times.shift();
		return times.length > limit.broadcasts;
	};
}

/** Timers that end with the simulator. */
function createTimers() {
	const timers = new Set<NodeJS.Timeout>();
	return {
		later(ms: number, then: () => void) {
			const timer = setTimeout(() => {
				timers.delete(timer);
				then();
			}, ms);
			timers.add(timer);
		},
		stop() {
			for (const timer of timers) clearTimeout(timer);
			timers.clear();
		},
	};
}

type Judge = (role: PortRole, request: ApiRequest) => Judgement;

/** Which API a request is for, by port and path, and what that API says to it. */
function createJudge(
	options: SimulatorOptions,
	shared: Pick<Service, 'devices' | 'teams' | 'channels' | 'clock'>,
	onAccepted: (push: AcceptedPush) => void,
): Judge {
	const { devices, teams, channels, clock } = shared;
	const spelling = options.reasonSpelling ?? 'observed';
	const deviceApi = {
		devices,
		teams,
		spelling,
		minDeviceTokenDigits: options.minDeviceTokenDigits ?? limits.minDeviceTokenDigits,
		requirePushType: options.requirePushType ?? false,
		malformedPayload: options.malformedPayload ?? 'accept',
		onAccepted,
	} as const;
	const broadcastApi = { channels, teams, spelling, throttled: createThrottle(options.broadcastRateLimit, clock) };
	const channelApi = { channels, teams, spelling, createdStatus: options.channelCreatedStatus ?? 201 };
	return (role, request) => {
		if (role === 'management') return judgeChannelRequest(request, channelApi);
		return request.path.startsWith('/4/') ? judgeBroadcast(request, broadcastApi) : judgeDevicePush(request, deviceApi);
	};
}

export function createService(options: SimulatorOptions): Service {
	const environment = options.environment ?? 'development';
	const clock = options.clock ?? Date.now;
	const keeps = options.journalKeeps ?? Number.POSITIVE_INFINITY;
	const journal = createJournal(keeps);
	const teams = createTeams(options.teams ?? []);
	const verifier = createTokenVerifier(teams);
	const devices = createDevices(options.devices ?? {}, clock);
	const channels = options.channels ?? createChannelStore({ channelsPerApp: options.channelsPerApp, clock });
	const script = createScript();
	const timers = createTimers();
	const acceptedPushes: AcceptedPush[] = [];
	const judgeOne = createJudge(options, { devices, teams, channels, clock }, (push) => {
		acceptedPushes.push(push);
		if (acceptedPushes.length > keeps) acceptedPushes.shift();
	});
	const delay = options.answerDelayMs ?? 0;
	let accepted = 0;

	const service: Service = {
		environment,
		clock,
		journal,
		teams,
		devices,
		channels,
		script,
		acceptedPushes,
		revokedCertificates: new Set(),
		provenStreamLimit: options.maxConcurrentStreamsAfterAuth ?? 1000,
		exchange: {
			environment,
			clock,
			journal,
			teams,
			verifier,
			strictTokenUpdates: options.strictTokenUpdates ?? false,
			get provenStreamLimit() {
				return service.provenStreamLimit;
			},
			dropStreamsOnReject: options.dropStreamsOnReject ?? false,
			successEnding: options.successEnding ?? 'alternate',
			answerDelayMs: typeof delay === 'number' ? () => delay : delay,
			judge(role, request) {
				const judged = judgeOne(role, request);
				if (role === 'push' && judged.answer.status === 200) accepted += 1;
				return judged;
			},
			actionFor: (request: RequestRecord) => script.take(request),
			later: timers.later,
		},
		accepted: () => accepted,
		providerTokens: verifier.tokens,
		stop: timers.stop,
	};
	return service;
}
