/** What happened in a world, as the peers, the network and the users saw it: rows for each push, connections, faults, and a hash of it all. */
import type { WorkflowPlan } from './plan';

export const outcomeNames = ['open', 'accepted', 'rejected', 'not sent', 'unknown'] as const;
export type OutcomeNumber = 0 | 1 | 2 | 3 | 4;
export const ACCEPTED = 1;
export const REJECTED = 2;
export const NOT_SENT = 3;
export const UNKNOWN = 4;

export type RequestKind = 'push' | 'broadcast' | 'channel';

/** What happens in a trace, by number; the order is part of every hash. */
export const happenings = [
	'submit',
	'settle',
	'stop',
	'lookup',
	'dial',
	'connected',
	'dialFailed',
	'tls',
	'open',
	'bytesOut',
	'bytesIn',
	'headers',
	'whole',
	'accept',
	'reject',
	'disown',
	'answer',
	'reset',
	'goaway',
	'settings',
	'close',
	'fault',
	'heal',
	'lost',
	'stall',
	'clockJump',
	'edit',
	'sign',
	'ping',
	'tunnel',
	'clientReset',
	'clientGoaway',
] as const;
export type Happening = (typeof happenings)[number];

const numberOf = new Map<Happening, number>(happenings.map((name, number) => [name, number]));

/** One row for each request, in typed arrays: a million of them are as flat as ten. */
export class PushTable {
	/** Requests numbered so far. */
	count = 0;
	readonly kind: Uint8Array;
	readonly identity: Int16Array;
	/** Index of its execution. */
	readonly execution: Int32Array;
	readonly submittedAt: Float64Array;
	readonly settledAt: Float64Array;
	/** When its last attempt's HEADERS reached the peer. */
	readonly headersAt: Float64Array;
	/** When the peer sent the last answer with a final status. */
	readonly answeredAt: Float64Array;
	readonly lastStatus: Uint16Array;
	readonly lastConnection: Int32Array;
	readonly headersSeen: Uint8Array;
	/** HEADERS the socket took or was handed, and the network lost. */
	readonly headersLost: Uint8Array;
	/** END_STREAM arrived. */
	readonly whole: Uint8Array;
	readonly accepted: Uint8Array;
	/** Arrived whole, and the peer said that it did not process it (refused, above GOAWAY's last stream). */
	readonly disowned: Uint8Array;
	/** RST_STREAM of the peer, other than refusals. */
	readonly resets: Uint8Array;
	readonly outcome: Uint8Array;
	readonly code: Uint8Array;
	readonly attempts: Uint16Array;
	readonly status: Uint16Array;
	/** How often the promise or callback settled. */
	readonly settles: Uint8Array;
	/** 0 no id in the outcome, 1 the id of an answer to this push, 2 that of another. */
	readonly idVerdict: Uint8Array;

	constructor(readonly capacity: number) {
		this.kind = new Uint8Array(capacity);
		this.identity = new Int16Array(capacity);
		this.execution = new Int32Array(capacity);
		this.submittedAt = new Float64Array(capacity);
		this.settledAt = new Float64Array(capacity);
		this.headersAt = new Float64Array(capacity);
		this.answeredAt = new Float64Array(capacity);
		this.lastStatus = new Uint16Array(capacity);
		this.lastConnection = new Int32Array(capacity).fill(-1);
		this.headersSeen = new Uint8Array(capacity);
		this.headersLost = new Uint8Array(capacity);
		this.whole = new Uint8Array(capacity);
		this.accepted = new Uint8Array(capacity);
		this.disowned = new Uint8Array(capacity);
		this.resets = new Uint8Array(capacity);
		this.outcome = new Uint8Array(capacity);
		this.code = new Uint8Array(capacity);
		this.attempts = new Uint16Array(capacity);
		this.status = new Uint16Array(capacity);
		this.settles = new Uint8Array(capacity);
		this.idVerdict = new Uint8Array(capacity);
	}

	/** A number for one more request; undefined when the world's share is used up. */
	take(): number | undefined {
		return this.count < this.capacity ? this.count++ : undefined;
	}
}

/** Read or add to a cell of a typed array. */
export function cell(row: { readonly [index: number]: number | undefined }, index: number): number {
	return row[index] ?? 0;
}

/** A connection as the network and the peer saw it. */
export interface ConnectionRecord {
	readonly id: number;
	/** Index of the endpoint; the proxy's until its tunnel stands. */
	endpoint: number;
	readonly dialledAt: number;
	/** TLS was done; 0 before. */
	openedAt: number;
	closedAt: number;
	/** From the certificate or the first token, as is the version of its credential; -1 while unknown. */
	identity: number;
	version: number;
	/** When the product began to open it: the lookup of its name; 0 where that cannot be told. */
	begunAt: number;
	/** When answers with a final status went out, the first and the last; 0 for none. */
	firstAnswerAt: number;
	lastAnswerAt: number;
	/** The first final answer that shows that the peer took the credential was sent. */
	provedAt: number;
	accepted: number;
	/** When it had a hundred accepted answers, which pays its opening back; 0 for never. */
	paidBackAt: number;
	streams: number;
	/** What the world did to it, by name, with the time of the first. */
	readonly troubles: Map<string, number>;
}

/** One execution of a workflow: what its requests have in common. */
export interface ExecutionRecord {
	readonly workflow: number;
	readonly kind: WorkflowPlan['kind'];
	readonly identity: number;
	readonly version: number;
	/** Index of the endpoint of its requests. */
	readonly endpoint: number;
	readonly throughProxy: boolean;
	readonly timeoutMs: number;
	readonly queueTimeoutMs: number;
	readonly maxInFlight: number;
	readonly sendAgain: boolean;
	/** When its signal fired; 0 for never. */
	stoppedAt: number;
	/** Requests handed to the product that were never given a stream, and those that have one. */
	waiting: number;
	inFlight: number;
	/** Since when requests wait; 0 while none does. */
	waitingSince: number;
	/** When HEADERS of it were seen last, or one of its requests settled. */
	movedAt: number;
}

export interface FaultRecord {
	readonly name: string;
	readonly atMs: number;
	endMs: number;
	readonly endpoint: number;
	readonly identity: number;
}

/** One opening of the product: each looks the name up afresh. */
export interface Opening {
	readonly atMs: number;
	readonly endpoint: number;
	/** -1 when nothing ever told. */
	identity: number;
	/** When its connection got its hundredth accepted answer; 0 for never. */
	paidBackAt: number;
}

/** Something a part of the world saw that must not happen. */
export interface Breach {
	/** Name of the invariant. */
	readonly invariant: string;
	readonly atMs: number;
	readonly detail: string;
}

/** Lines of a trace kept; the end of a story matters most. */
const TRACE_LINES = 100_000;
const MOST_BREACHES = 50;

export class Journal {
	readonly pushes: PushTable;
	readonly connections: ConnectionRecord[] = [];
	readonly executions: ExecutionRecord[] = [];
	readonly openings: Opening[] = [];
	readonly faults: FaultRecord[] = [];
	readonly breaches: Breach[] = [];
	/** Connections of a request that had more than one attempt. */
	readonly connectionsOf = new Map<number, number[]>();
	/** `apns-id` a push carried, where it carried one. */
	readonly sentIds = new Map<number, string>();
	/** When the credential of an identity was refused at an endpoint (`identity|endpoint`), in order. */
	readonly refusals = new Map<string, number[]>();
	/** Failed dials and handshakes of an endpoint, in order of time. */
	readonly dialFailures: Array<{ readonly atMs: number; readonly endpoint: number; readonly why: string }> = [];
	/** Times the process stood still, and how long. */
	readonly stalls: Array<{ readonly atMs: number; readonly forMs: number }> = [];
	readonly codes: string[] = [''];
	/** Everything the plan lets happen was over by then. */
	lastFaultMs = 0;
	trace: string[] | undefined;
	private readonly codeNumbers = new Map<string, number>();
	private high = 0x811c9dc5;
	private low = 0xcbf29ce4;

	constructor(
		capacity: number,
		private readonly nowMs: () => number,
		keepTrace: boolean,
	) {
		this.pushes = new PushTable(capacity);
		if (keepTrace) this.trace = [];
	}

	/** Adds one happening to the hash, and to the trace where one is kept. */
	note(what: Happening, a = 0, b = 0, text = ''): void {
		const now = this.nowMs();
		const code = numberOf.get(what) ?? 0;
		// Microseconds: virtual times are fractions where latencies are.
		const time = Math.round(now * 1_000);
		this.high = Math.imul(this.high ^ (time | 0) ^ (code << 24), 0x01000193) ^ (this.high >>> 15);
		this.low = Math.imul(this.low ^ (a | 0) ^ Math.imul(b | 0, 0x9e3779b1), 0x85ebca6b) ^ (this.low >>> 13);
		if (this.trace !== undefined) {
			if (this.trace.length >= TRACE_LINES) this.trace.splice(0, TRACE_LINES / 2);
			this.trace.push(`${(now / 1_000).toFixed(4)} ${what} ${a} ${b}${text === '' ? '' : ` ${text}`}`);
		}
	}

	get hash(): string {
		const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, '0');
		return hex(this.high) + hex(this.low);
	}

	breach(invariant: string, detail: string): void {
		if (this.breaches.length < MOST_BREACHES) this.breaches.push({ invariant, atMs: this.nowMs(), detail });
	}

	codeNumber(code: string): number {
		const known = this.codeNumbers.get(code);
		if (known !== undefined) return known;
		const number = this.codes.push(code) - 1;
		this.codeNumbers.set(code, number);
		return number;
	}

	refused(identity: number, endpoint: number): void {
		const key = `${identity}|${endpoint}`;
		const known = this.refusals.get(key);
		if (known === undefined) this.refusals.set(key, [this.nowMs()]);
		else known.push(this.nowMs());
	}

	trouble(connection: ConnectionRecord, name: string): void {
		if (!connection.troubles.has(name)) connection.troubles.set(name, this.nowMs());
	}

	/** A request was handed to the product. */
	submitted(execution: ExecutionRecord): void {
		execution.waiting += 1;
		if (execution.waiting === 1) execution.waitingSince = this.nowMs();
	}

	/** A request got its first stream, or ended without one. */
	private waitsNoMore(execution: ExecutionRecord): void {
		execution.waiting -= 1;
		if (execution.waiting === 0) execution.waitingSince = 0;
	}

	/** The outcome of a request came. */
	settled(push: number): void {
		const { pushes } = this;
		const execution = this.executions[cell(pushes.execution, push)];
		if (execution === undefined) return;
		execution.movedAt = this.nowMs();
		if (cell(pushes.headersSeen, push) + cell(pushes.headersLost, push) === 0) this.waitsNoMore(execution);
		else execution.inFlight -= 1;
	}

	private seenFirst(push: number): void {
		const { pushes } = this;
		const execution = this.executions[cell(pushes.execution, push)];
		if (execution === undefined) return;
		execution.movedAt = this.nowMs();
		if (cell(pushes.headersSeen, push) + cell(pushes.headersLost, push) > 0 || cell(pushes.settles, push) > 0) return;
		this.waitsNoMore(execution);
		execution.inFlight += 1;
	}

	/** The peer saw HEADERS of a request. */
	headers(push: number, connection: number): void {
		const { pushes } = this;
		this.seenFirst(push);
		const before = cell(pushes.lastConnection, push);
		pushes.headersSeen[push] = cell(pushes.headersSeen, push) + 1;
		pushes.headersAt[push] = this.nowMs();
		pushes.lastConnection[push] = connection;
		if (before >= 0) this.alsoOn(push, before, connection);
		this.note('headers', push, connection);
	}

	/** HEADERS left the product and the network lost them. */
	lostHeaders(push: number, connection: number): void {
		const { pushes } = this;
		this.seenFirst(push);
		const before = cell(pushes.lastConnection, push);
		pushes.headersLost[push] = cell(pushes.headersLost, push) + 1;
		pushes.lastConnection[push] = connection;
		if (before >= 0) this.alsoOn(push, before, connection);
		this.note('lost', push, connection);
	}

	private alsoOn(push: number, before: number, connection: number): void {
		const known = this.connectionsOf.get(push);
		if (known === undefined) this.connectionsOf.set(push, [before, connection]);
		else known.push(connection);
	}

	/** All connections a request was seen on. */
	connectionsSeen(push: number): readonly ConnectionRecord[] {
		const ids = this.connectionsOf.get(push) ?? [cell(this.pushes.lastConnection, push)];
		return ids.map((id) => this.connections[id]).filter((record) => record !== undefined);
	}
}
