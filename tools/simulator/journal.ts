/** Everything the simulator saw, in order: connections with their frames, requests with their answers, and waiting for them. */
import { EventEmitter } from 'node:events';
import type { SettingValues } from '../../test/wire/frames';
import type { EncodedField } from '../../test/wire/referenceHpack';
import type { HeaderLines } from './rules';

export type PortRole = 'push' | 'management';

export interface ConnectionRecord {
	/** Counts from 1 over both ports. */
	readonly id: number;
	readonly role: PortRole;
	readonly openedAtMs: number;
	readonly tlsVersion: string;
	readonly cipher: string;
	/** False when the client offered no ALPN. */
	readonly alpn: string | false;
	readonly serverName?: string;
	readonly tlsResumed: boolean;
	readonly clientCertificate?: { readonly subject: string; readonly fingerprint256: string };
	closedAtMs?: number;
	/** Requests begun on it. */
	requests: number;
	/** Frames of the client by type name. */
	readonly clientFrames: Record<string, number>;
	/** Frames of the simulator by type name. */
	readonly serverFrames: Record<string, number>;
	/** PINGs of the client, without acknowledgements. */
	pings: number;
	/** Streams the client reset, with the error code. */
	readonly resets: Array<{ readonly streamId: number; readonly code: number }>;
	/** Last SETTINGS of the client, merged. */
	readonly clientSettings: SettingValues;
	/** GOAWAYs the client sent. */
	readonly goaways: Array<{ readonly lastStreamId: number; readonly code: number; readonly debug: string }>;
	/** GOAWAYs the simulator sent. */
	readonly goawaysSent: Array<{ readonly lastStreamId: number; readonly code: number; readonly debug: string }>;
	/** Streams the simulator reset, with the error code; those refused for the stream limit never become requests. */
	readonly resetsSent: Array<{ readonly streamId: number; readonly code: number }>;
	/** Stream limits told to the client, in order. */
	readonly limitsSent: number[];
	/** Most streams open at once. */
	mostOpenStreams: number;
	/** SHA-256 of the provider tokens accepted on it. */
	readonly tokenDigests: ReadonlySet<string>;
	/** The last error Node's HTTP/2 server reported for the connection. */
	error?: string;
}

/** How the simulator ended a request: `answered`, or what a fault did to it, or `aborted` when the client left. */
export type Ending = 'answered' | 'refused' | 'reset' | 'stalled' | 'cut' | 'half-answered' | 'ignored' | 'aborted';

export interface RequestRecord {
	/** Counts from 1 over all connections, in order of the headers' arrival. */
	readonly number: number;
	readonly connectionId: number;
	readonly streamId: number;
	readonly role: PortRole;
	readonly method: string;
	readonly path: string;
	/** Regular headers with lower-case names, in order, repeated ones repeated. */
	readonly headers: HeaderLines;
	/** Pseudo headers. */
	readonly authority?: string;
	/** Bytes of the compressed header block as it came. */
	readonly headerBlockBytes: number;
	/** Every header with the way it was encoded, when the simulator was told to look (`readsHeaderBlocks`). */
	readonly encoded?: readonly EncodedField[];
	readonly arrivedAtMs: number;
	body: Buffer;
	/** The body parsed; undefined when it is no JSON. */
	json: unknown;
	complete: boolean;
	ending?: Ending;
	/** Set once an answer went out. */
	answer?: {
		readonly status: number;
		readonly reason?: string;
		readonly headers: Readonly<Record<string, string>>;
		readonly atMs: number;
	};
}

interface JournalEvents {
	connection: [ConnectionRecord];
	close: [ConnectionRecord];
	/** Headers came. */
	request: [RequestRecord];
	/** Headers and body came. */
	complete: [RequestRecord];
	/** Answered, or ended otherwise. */
	end: [RequestRecord];
	/** Anything above, and frames. */
	change: [];
}

export interface Journal {
	readonly connections: readonly ConnectionRecord[];
	readonly requests: readonly RequestRecord[];
	readonly events: EventEmitter<JournalEvents>;
	/** First header of that lower-case name. */
	header(request: RequestRecord, name: string): string | undefined;
	/** Resolves as soon as `predicate` returns something other than undefined or false; rejects after `timeoutMs` (default 20 s). */
	waitFor<T>(predicate: (journal: Journal) => T | undefined | false, timeoutMs?: number): Promise<T>;
	/** Resolves when `count` requests ended, with all of them. */
	waitForRequests(count: number, timeoutMs?: number): Promise<readonly RequestRecord[]>;
	/** Requests that ended since the start or the last `clear`. */
	ended(): number;
	/** Forgets requests and closed connections; numbers go on. */
	clear(): void;
}

export interface JournalWriter extends Journal {
	readonly connections: ConnectionRecord[];
	readonly requests: RequestRecord[];
	addConnection(record: Omit<ConnectionRecord, 'id'>): ConnectionRecord;
	addRequest(record: Omit<RequestRecord, 'number'>): RequestRecord;
	/** A request ends once; later endings are not noted. */
	end(request: RequestRecord, ending: Ending): void;
	/** Wakes those who wait, once per turn of the event loop however often it is called. */
	changed(): void;
}

/** `keep`: most requests remembered, and most closed connections; older ones are forgotten (default: all). */
export function createJournal(keep = Number.POSITIVE_INFINITY): JournalWriter {
	const connections: ConnectionRecord[] = [];
	const requests: RequestRecord[] = [];
	const events = new EventEmitter<JournalEvents>();
	events.setMaxListeners(0);
	let lastConnection = 0;
	let lastRequest = 0;
	let ended = 0;
	let announced = false;
	const journal: JournalWriter = {
		connections,
		requests,
		events,
		header: (request, name) => request.headers.find(([candidate]) => candidate === name)?.[1],
		waitFor<T>(predicate: (journal: Journal) => T | undefined | false, timeoutMs = 20_000) {
			return new Promise<T>((resolve, reject) => {
				const look = () => {
					try {
						const found = predicate(journal);
						if (found === undefined || found === false) return;
						stop();
						resolve(found);
					} catch (error) {
						stop();
						reject(error instanceof Error ? error : new Error(String(error)));
					}
				};
				const timer = setTimeout(() => {
					stop();
					reject(
						new Error(
							`The simulator's journal did not show what was awaited within ${timeoutMs} ms: ${requests.length} requests on ${connections.length} connections so far.`,
						),
					);
				}, timeoutMs);
				const stop = () => {
					clearTimeout(timer);
					events.off('change', look);
				};
				events.on('change', look);
				look();
			});
		},
		waitForRequests: (count, timeoutMs) => journal.waitFor(() => ended >= count && requests, timeoutMs),
		ended: () => ended,
		clear() {
			requests.length = 0;
			ended = 0;
			const open = connections.filter((connection) => connection.closedAtMs === undefined);
			connections.splice(0, connections.length, ...open);
		},
		addConnection(record) {
			lastConnection += 1;
			const whole = Object.assign(record, { id: lastConnection });
			connections.push(whole);
			const oldest =
				connections.length > keep ? connections.findIndex(({ closedAtMs }) => closedAtMs !== undefined) : -1;
			if (oldest >= 0) connections.splice(oldest, 1);
			return whole;
		},
		addRequest(record) {
			lastRequest += 1;
			const whole = Object.assign(record, { number: lastRequest });
			requests.push(whole);
			if (requests.length > keep) requests.shift();
			return whole;
		},
		end(request, ending) {
			if (request.ending !== undefined) return;
			request.ending = ending;
			ended += 1;
			events.emit('end', request);
			journal.changed();
		},
		changed() {
			if (announced) return;
			announced = true;
			setImmediate(() => {
				announced = false;
				events.emit('change');
			});
		},
	};
	return journal;
}
