/** A bench for Retry On Fail: APNs Send behind a gate that a test shuts, and a count of the pushes to each device. */
import { type Gate, startGate } from './gate';
import { type SendBench, setUpSendBench } from './sendBench';

export interface RetryBench {
	readonly bench: SendBench;
	/** The proxy of the credential, which each test finds open. */
	gate(): Gate;
	/** How often each device token was pushed to. */
	pushes(): Record<string, number>;
	/** Lets one device be the last that is reached: the connection ends after its push, and there is no way to another. */
	breakAfter(device: string): void;
}

/** One after the other over one connection, so that it ends where the test says. */
export const alone = { title: 'Hi', options: { maxConnections: 1, maxInFlight: 1 } };

/** Registers what runs before and after each test of a file. */
export function setUpRetryBench(): RetryBench {
	const bench = setUpSendBench();
	let gate: Gate | undefined;
	const current = (): Gate => {
		if (gate === undefined) throw new Error('The gate is there while a test runs');
		return gate;
	};
	beforeEach(async () => {
		gate = await startGate();
		bench.setCredential({ proxyUrl: gate.url });
	});
	afterEach(() => current().close());
	return {
		bench,
		gate: current,
		pushes: () => {
			const counts: Record<string, number> = {};
			for (const { path } of bench.requests()) {
				const device = path.slice('/3/device/'.length);
				counts[device] = (counts[device] ?? 0) + 1;
			}
			return counts;
		},
		breakAfter: (device) => {
			bench.peer.simulator.script.at(
				({ path }) => {
					const isLast = path.endsWith(device);
					if (isLast) current().shut();
					return isLast;
				},
				{ type: 'goaway', lastStream: 'this' },
			);
		},
	};
}
