/** What every server of the interoperability tests is to the exchanges: how it starts, what it can do, and why not. */
import type { Journal } from './journal';
import type { Processes } from './processes';
import type { ServerFiles } from './workshop';

/** The exchanges, in the order of the table's columns. */
export const exchangeNames = [
	'onePush',
	'tenThousand',
	'errorBody',
	'streamLimit',
	'headerTable',
	'goawayLimit',
	'goawayGraceful',
	'largeBodies',
	'slowReader',
] as const;

export type ExchangeName = (typeof exchangeNames)[number];

/** How a server is to be set up for one exchange; undefined leaves the server's own default. */
export interface ServerSettings {
	readonly port: number;
	/** A directory for this start alone. */
	readonly directory: string;
	readonly files: ServerFiles;
	/** Port of the HTTP/1.1 application for servers that forward. */
	readonly applicationPort: number;
	/** Where servers that answer by themselves note each request. */
	readonly journal: Journal;
	readonly processes: Processes;
	/** SETTINGS_MAX_CONCURRENT_STREAMS. */
	readonly streamLimit?: number;
	/** SETTINGS_HEADER_TABLE_SIZE, octets. */
	readonly headerTableBytes?: number;
	/** GOAWAY after so many requests. */
	readonly requestsPerConnection?: number;
	/** The answer to `largeAnswerToken` is asked for: matters to servers of files. */
	readonly largeAnswers?: boolean;
}

export interface RunningServer {
	/** Closes as the server does when it is replaced: GOAWAY, then the end once all streams are answered. */
	stopGracefully?(): Promise<void>;
	/** Changes SETTINGS_MAX_CONCURRENT_STREAMS of the connections that exist. */
	raiseStreamLimit?(limit: number): Promise<void>;
	/** Changes SETTINGS_HEADER_TABLE_SIZE of the connections that exist. */
	resizeHeaderTable?(bytes: number): Promise<void>;
	/** Ends at once whatever is left. */
	stop(): Promise<void>;
}

export interface ServerAdapter {
	/** Name in the table. */
	readonly name: string;
	/** Exchanges it cannot do, each with the reason in one line. */
	readonly cannot: Partial<Record<ExchangeName, string>>;
	/** Stream limits to be tried: those it can be told, or the one it has. */
	readonly streamLimits: readonly number[];
	/** The limit it announces, where that is not the one it was told. */
	readonly announcedStreamLimit?: number;
	/** Header table sizes to be tried. */
	readonly headerTables?: readonly number[];
	/** False when nobody behind it counts requests: it serves files. */
	readonly journals: boolean;
	/** Its graceful stop drops requests it has taken, in this way: such pushes have to end as `unknown`. */
	readonly dropsAtStop?: string;
	/** What it answers to an ordinary push; default 200. */
	readonly ordinaryStatus?: number;
	version(processes: Processes): Promise<string>;
	/** Work done once before its first start, such as compiling. */
	prepare?(processes: Processes, files: ServerFiles): Promise<void>;
	start(settings: ServerSettings): Promise<RunningServer>;
}
