/** What one exchange with one server works with; all of it ends with the exchange. */
import { strictEqual } from 'node:assert';
import type { ApnsClientOptions } from '../../dist/nodes/shared/client/apnsClient';
import { type Application, startApplication } from './application';
import { type OpenClient, openClient } from './client';
import { Journal } from './journal';
import type { Processes } from './processes';
import { type Relay, type RelayOptions, startRelay } from './relay';
import type { RunningServer, ServerAdapter, ServerSettings } from './server';
import { freePort, type ServerFiles, startDirectory } from './workshop';

const JOURNAL_TIMEOUT_MS = 10_000;

export interface Bench {
	readonly adapter: ServerAdapter;
	/** What arrived since the last start after an `arrivedOnce`. */
	readonly journal: Journal;
	start(
		settings?: Pick<ServerSettings, 'streamLimit' | 'headerTableBytes' | 'requestsPerConnection' | 'largeAnswers'>,
	): Promise<{ readonly server: RunningServer; readonly port: number }>;
	client(port: number, options?: Partial<ApnsClientOptions>): OpenClient;
	relay(target: number, slow?: RelayOptions): Promise<Relay>;
	/** Checks that the far side saw pushes to at least `count` devices, and none twice. */
	arrivedOnce(count: number): Promise<void>;
	close(): Promise<void>;
}

/** Makes the bench; call `close` in every case. */
export function openBench(adapter: ServerAdapter, processes: Processes, files: ServerFiles): Bench {
	let journal = new Journal();
	let journalUsed = false;
	let application: Application | undefined;
	const ends: Array<() => void | Promise<void>> = [];

	return {
		adapter,
		get journal() {
			return journal;
		},
		async start(settings = {}) {
			if (journalUsed) journal = new Journal();
			journalUsed = false;
			if (application === undefined) {
				application = await startApplication(journal);
				const { close } = application;
				ends.push(close);
			}
			application.journal = journal;
			const port = await freePort();
			const server = await adapter.start({
				...settings,
				port,
				directory: startDirectory(files),
				files,
				applicationPort: application.port,
				journal,
				processes,
			});
			ends.push(() => server.stop());
			return { server, port };
		},
		client(port, options) {
			const opened = openClient(port, files.caPem, options);
			ends.push(() => opened.close());
			return opened;
		},
		async relay(target, slow) {
			const relay = await startRelay(target, slow);
			ends.push(() => relay.close());
			return relay;
		},
		async arrivedOnce(count) {
			journalUsed = true;
			if (!adapter.journals) return;
			const current = journal;
			let timer: NodeJS.Timeout | undefined;
			const late = new Promise<never>((_resolve, reject) => {
				timer = setTimeout(
					() => reject(new Error(`the far side saw ${current.devices} of ${count} pushes that were accepted`)),
					JOURNAL_TIMEOUT_MS,
				);
			});
			try {
				await Promise.race([current.reached(count), late]);
			} finally {
				clearTimeout(timer);
			}
			strictEqual(current.repeated.length, 0, `${current.repeated.length} pushes arrived more than once`);
		},
		async close() {
			for (const end of ends.reverse()) await end();
		},
	};
}
