/** The connections of a lane: which one takes a request, and when another is opened. */
import { Connection } from './connection';
import type { ConnectionOwner } from './connectionState';
import type { TransportError } from './errors';
import type { LaneOptions } from './laneOptions';
import type { ConnectionStats } from './laneStats';
import type { Openings } from './openings';
import type { Caller, LaneRequest } from './request';
import { timing } from './timing';

/** The lane, as far as its connections ask something of it. */
export interface ConnectionsHost extends ConnectionOwner<Connection> {
	/** Requests that wait. */
	readonly queued: number;
	/** Looks again at this time whether a connection may open. */
	lookAgainAt(atMs: number): void;
}

export class LaneConnections {
	private readonly all = new Set<Connection>();

	constructor(
		private readonly options: LaneOptions,
		private readonly openings: Openings,
		private readonly host: ConnectionsHost,
	) {}

	/** Those that exist now: what is done to one may change the set. */
	list(): Connection[] {
		return [...this.all];
	}

	/** True if a connection takes requests now or soon. One that has just ended, or drains, is not worth waiting for. */
	get inService(): boolean {
		for (const connection of this.all) if (connection.inService) return true;
		return false;
	}

	/** True while a request waits for an answer. */
	get areBusy(): boolean {
		for (const { liveStreams } of this.all) if (liveStreams > 0) return true;
		return false;
	}

	/** True if a connection has room for a request whose caller may send it. */
	get haveRoom(): boolean {
		for (const connection of this.all) if (connection.hasRoom()) return true;
		return false;
	}

	/** True if a connection other than this one is up and takes requests. */
	otherWorks(than: Connection): boolean {
		for (const other of this.all) if (other !== than && other.state.t === 'ready') return true;
		return false;
	}

	/** The connection that takes the request now. */
	pick(request: LaneRequest, nowMs: number): Connection | undefined {
		for (const connection of this.all) if (connection.canTake(request, nowMs)) return connection;
		return undefined;
	}

	/** Those that match take no more requests, and end when their streams have, at the latest after `withinMs`. */
	drain(why: TransportError, withinMs = Infinity, matches: (connection: Connection) => boolean = () => true): void {
		for (const connection of this.list()) if (matches(connection)) connection.drain(why, withinMs);
	}

	/** While requests wait for them, they keep the process alive. */
	hold(on: boolean): void {
		for (const connection of this.all) connection.holdProcess(on);
	}

	/** The time they may be unused has changed. */
	reviewIdle(): void {
		for (const connection of this.all) connection.reviewIdle();
	}

	/** It is over. */
	remove(connection: Connection): void {
		this.all.delete(connection);
	}

	/** What they are doing, for reports. */
	stats(): ConnectionStats[] {
		return this.list().map((connection) => ({
			state: connection.state.t,
			activeStreams: connection.liveStreams,
			abandonedStreams: connection.openStreams - connection.liveStreams,
			streams: connection.opened,
			answers: connection.answers,
			accepted: connection.accepted,
			livedMs: connection.livedMs,
			peerStreamLimit: connection.peerSettings.maxConcurrentStreams,
		}));
	}

	/** Opens another for this request, the next that waits, when there is none or when limits hold back a backlog that is worth it. */
	seeTo(request: LaneRequest): void {
		let inService = 0;
		for (const connection of this.all) {
			if (connection.isEnding) return;
			if (!connection.inService) continue;
			if (connection.state.t !== 'ready') return;
			if (!connection.isFull(request) || !connection.limitRoseAboveOne) return;
			inService += 1;
		}
		if (inService > 0 && !this.earnAnother(request.caller, inService)) return;
		this.open();
	}

	/** Opens one if back-off and budgets allow it; else looks again when they do. */
	open(): void {
		const { options, openings } = this;
		const now = options.clock.now();
		const isFirst = !this.list().some(({ state }) => state.t === 'ready');
		const notBeforeMs = openings.notBeforeMs(now, !isFirst);
		if (notBeforeMs > now) return this.host.lookAgainAt(notBeforeMs);
		openings.begin(now);
		const name = `${options.name} #${openings.count}`;
		const connection = new Connection({
			target: options.target,
			connect: options.connect,
			clock: options.clock,
			trace: options.trace,
			name,
			needsProof: options.tokenMode,
			// Beside a connection that works nothing is won by a first request before SETTINGS, and it may be lost.
			firstBeforeSettings: options.tokenMode && !openings.isFailing && isFirst,
			owner: this.host,
		});
		options.trace(`${name} opening, ${this.host.queued} waiting`);
		this.all.add(connection);
		void connection.start();
	}

	private earnAnother({ maxConnections }: Caller, inService: number): boolean {
		if (inService >= maxConnections || this.host.queued < timing.backlogForAnother) return false;
		const { furtherNotBeforeMs } = this.openings;
		if (this.options.clock.now() >= furtherNotBeforeMs) return true;
		this.host.lookAgainAt(furtherNotBeforeMs);
		return false;
	}
}
