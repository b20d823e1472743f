/** One connection outside the cache, opened for a check and led step by step; every step ends in a value, none throws. */
import type { HeaderField } from '../http2/hpack/hpack';
import type { PeerSettings } from '../http2/peerSettings';
import { type Clock, type Timer } from './clock';
import type { Connect, Target } from './connect';
import { type ConnectFacts, createConnectRecorder } from './connectObserver';
import { Connection } from './connection';
import type { ConnectionOwner } from './connectionState';
import { TransportError } from './errors';
import { type Attempt, type Caller, LaneRequest } from './request';
import { timing } from './timing';
import { noTrace } from './trace';

export interface SoloOptions {
	readonly target: Target;
	readonly connect: Connect;
	readonly clock: Clock;
	/** Bound of all steps together. */
	readonly timeoutMs: number;
	/** Ends the steps early. */
	readonly signal?: AbortSignal;
}

const CALLER: Caller = { maxConnections: 1, maxInFlight: 1 };

class SoloRequest extends LaneRequest {
	constructor(
		private readonly fields: readonly HeaderField[],
		body: Buffer,
		timeoutMs: number,
		private readonly done: (attempt: Attempt) => void,
	) {
		super(CALLER, body, timeoutMs, Infinity);
	}

	mark(): undefined {
		return undefined;
	}

	head(): readonly HeaderField[] {
		return this.fields;
	}

	protected onAttempt(attempt: Attempt): void {
		this.done(attempt);
	}
}

export class SoloConnection implements ConnectionOwner<Connection> {
	/** What was seen while connecting. */
	readonly facts: ConnectFacts;
	readonly idleTimeoutMs = timing.idleTimeoutMs;
	/** Debug data of a GOAWAY, once one came. */
	goawayDebugData: Buffer | undefined;
	private readonly connection: Connection;
	private readonly deadline: Timer;
	private readonly waiting = new Set<() => void>();
	private readonly stop: () => void;
	private endedBy: TransportError | undefined;

	constructor(private readonly options: SoloOptions) {
		const { clock, connect, target, timeoutMs, signal } = options;
		const recorder = createConnectRecorder(() => clock.now());
		this.facts = recorder.facts;
		this.connection = new Connection({
			target,
			clock,
			connect,
			observer: recorder.observer,
			trace: noTrace,
			name: 'check',
			needsProof: false,
			firstBeforeSettings: false,
			owner: this,
		});
		this.connection.holdProcess(true);
		this.deadline = clock.after(timeoutMs, () =>
			this.end(new TransportError('deadline', `${this.connection.where}: the check took longer than ${timeoutMs} ms.`)),
		);
		this.deadline.keepAlive(true);
		this.stop = () => this.end(new TransportError('aborted', 'The execution was stopped during the check.'));
		signal?.addEventListener('abort', this.stop, { once: true });
		if (signal?.aborted === true) this.stop();
	}

	/** The values of the server's SETTINGS. */
	get peerSettings(): Readonly<PeerSettings> {
		return this.connection.peerSettings;
	}

	/** Name resolution, TCP or tunnel, TLS and ALPN; gives what went wrong. */
	async open(): Promise<TransportError | undefined> {
		if (this.connection.state.t === 'connecting') await this.connection.start();
		return this.trouble;
	}

	/** Waits for the first SETTINGS; gives what came instead. */
	async settings(): Promise<TransportError | undefined> {
		await this.until(() => this.connection.state.t !== 'open');
		return this.trouble;
	}

	/** Round trip of one PING in milliseconds, or what came instead. */
	async ping(): Promise<number | TransportError> {
		const roundTripMs = await this.connection.measurePing();
		return (
			roundTripMs ??
			this.trouble ??
			new TransportError('connectionSilent', `${this.connection.where}: the PING was not acknowledged.`)
		);
	}

	/** One request and how it ended. */
	async request(fields: readonly HeaderField[], body: Buffer): Promise<Attempt> {
		return await new Promise<Attempt>((resolve) => {
			const request = new SoloRequest(fields, body, this.options.timeoutMs, resolve);
			const ready = (): boolean =>
				this.trouble !== undefined || this.connection.canTake(request, this.options.clock.now());
			request.underWay = true;
			void this.until(ready).then(() => {
				if (this.trouble !== undefined) request.finish({ kind: 'notSent', error: this.trouble });
				else this.connection.take(request, this.options.clock.now());
			});
		});
	}

	/** GOAWAY and FIN, whatever came before. */
	close(): void {
		this.deadline.cancel();
		this.options.signal?.removeEventListener('abort', this.stop);
		this.connection.drain(new TransportError('closed', 'The check is over.'));
	}

	onAttempt(_connection: Connection, request: LaneRequest, attempt: Attempt): void {
		request.finish(attempt);
	}

	onAnswer(): boolean {
		return true;
	}

	onGoaway(_connection: Connection, _errorCode: number, debugData: Buffer): boolean {
		this.goawayDebugData ??= debugData;
		return false;
	}

	onOutOfService(): void {
		this.onProgress();
	}

	onProgress(): void {
		for (const look of [...this.waiting]) look();
	}

	/** Why the connection takes no request any more. */
	private get trouble(): TransportError | undefined {
		const { state } = this.connection;
		return this.endedBy ?? (state.t === 'draining' || state.t === 'closed' ? state.why : undefined);
	}

	private end(why: TransportError): void {
		this.endedBy = why;
		this.connection.die(why);
		this.onProgress();
	}

	private until(condition: () => boolean): Promise<void> {
		return new Promise((resolve) => {
			const look = (): void => {
				if (!condition()) return;
				this.waiting.delete(look);
				resolve();
			};
			this.waiting.add(look);
			look();
		});
	}
}
