/** The panel: faults that strike while they are chosen, and the live connections, limits and tokens. */
import type { Action, ScriptLine } from '../faults';
import type { ConnectionRecord } from '../journal';
import type { LiveConnection, Simulator } from '../simulator';
import type { ConnectionView, FaultChoice, PanelView, ProviderTokenView } from './state';

interface Fault extends FaultChoice {
	readonly action?: Action;
}

/** Long enough to watch a push wait, short enough not to run into a client's deadline. */
const slowMs = 3000;

const faults: readonly Fault[] = [
	{ id: 'none', label: 'None', explanation: 'Every request gets its honest answer' },
	{
		id: 'goaway',
		label: 'GOAWAY',
		explanation: 'Each request is answered, and its connection ends with GOAWAY',
		action: { type: 'goaway', reason: 'Shutdown' },
	},
	{
		id: 'refuse',
		label: 'Refuse streams',
		explanation: 'RST_STREAM REFUSED_STREAM: not processed, may be sent again',
		action: { type: 'refuse' },
	},
	{
		id: 'tooMany',
		label: '429 TooManyRequests',
		explanation: 'Too many pushes to the same device',
		action: { type: 'answer', status: 429, reason: 'TooManyRequests' },
	},
	{
		id: 'internal',
		label: '500 InternalServerError',
		explanation: 'Apple asks to wait 15 minutes',
		action: { type: 'answer', status: 500, reason: 'InternalServerError' },
	},
	{
		id: 'shutdown',
		label: '503 Shutdown',
		explanation: 'This server is stopping: another connection, please',
		action: { type: 'answer', status: 503, reason: 'Shutdown' },
	},
	{ id: 'stall', label: 'Stall', explanation: 'No answer, ever', action: { type: 'stall' } },
	{
		id: 'slow',
		label: 'Slow',
		explanation: `Answers come after ${slowMs / 1000} seconds`,
		action: { type: 'delay', ms: slowMs },
	},
];

export interface Panel {
	/** Throws for an unknown fault. */
	choose(id: string): void;
	setKeyRevoked(on: boolean): void;
	setLimitOne(on: boolean): void;
	setSilent(on: boolean): void;
	view(): PanelView;
}

const usualLimit = 1000;

function credentialOf({ clientCertificate, tokenDigests }: ConnectionRecord): string {
	if (clientCertificate !== undefined) return 'certificate';
	return tokenDigests.size === 0 ? 'not proven yet' : 'provider token';
}

function connectionView({ record, openStreams, streamLimit }: LiveConnection): ConnectionView {
	return {
		id: record.id,
		role: record.role,
		openedAtMs: record.openedAtMs,
		tls: record.tlsVersion,
		credential: credentialOf(record),
		openStreams,
		streamLimit,
		requests: record.requests,
		pings: record.pings,
		limitsSent: record.limitsSent,
	};
}

export function createPanel(simulator: Simulator): Panel {
	let chosen = 'none';
	let line: ScriptLine | undefined;
	let keyRevoked = false;
	let limitOne = false;
	let silent = false;

	const keyIds = () => simulator.teams.teamIds.flatMap((teamId) => simulator.teams.keyIds(teamId));

	function tokens(live: readonly LiveConnection[]): ProviderTokenView[] {
		return simulator
			.providerTokens()
			.slice(-10)
			.map(({ digest, key, issuedAtMs }) => ({
				digest: digest.slice(0, 12),
				keyId: key.keyId,
				teamId: key.teamId,
				issuedAtMs,
				revoked: key.revoked,
				connections: live.filter(({ record }) => record.tokenDigests.has(digest)).map(({ record }) => record.id),
			}))
			.reverse();
	}

	return {
		choose(id) {
			const fault = faults.find((one) => one.id === id);
			if (fault === undefined) throw new Error(`The page knows no fault "${id}".`);
			line?.remove();
			chosen = id;
			line = fault.action === undefined ? undefined : simulator.script.always(fault.action);
		},
		setKeyRevoked(on) {
			keyRevoked = on;
			for (const keyId of keyIds()) {
				if (on) simulator.teams.revoke(keyId);
				else simulator.teams.restore(keyId);
			}
		},
		setLimitOne(on) {
			limitOne = on;
			simulator.setMaxConcurrentStreams(on ? 1 : usualLimit);
		},
		setSilent(on) {
			silent = on;
			simulator.setSilent(on);
		},
		view() {
			const live = simulator.liveConnections();
			const { connections, openConnections } = simulator.counters();
			return {
				faults: faults.map(({ id, label, explanation }) => ({ id, label, explanation })),
				fault: chosen,
				struck: line?.struck ?? 0,
				keyRevoked,
				limitOne,
				silent,
				connections: live.map(connectionView),
				closedConnections: connections - openConnections,
				tokens: tokens(live),
			};
		},
	};
}
