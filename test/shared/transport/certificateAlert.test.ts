/** What a fatal alert about the client certificate proves: nothing was read, unless the peer has said something about a stream. */
import { systemClock } from '../../../nodes/shared/transport/clock';
import { Connection } from '../../../nodes/shared/transport/connection';
import type { Channel, ChannelEvents } from '../../../nodes/shared/transport/network';
import { type Attempt, LaneRequest } from '../../../nodes/shared/transport/request';
import { headersFrame, resetFrame, settingsFrame } from '../../wire/frames';

const turn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));

class Request extends LaneRequest {
	attempt: Attempt | undefined;
	constructor() {
		super({ maxConnections: 1, maxInFlight: 100 }, Buffer.from('{}'), 30_000, Infinity);
		this.underWay = true;
	}
	mark(): undefined {
		return undefined;
	}
	head() {
		return [{ name: ':method', value: 'POST', indexing: 'always' as const }];
	}
	protected onAttempt(attempt: Attempt): void {
		this.attempt = attempt;
	}
}

/** A connection that is ready, with two requests that have left. */
async function twoRequests(): Promise<{ requests: readonly Request[]; events: ChannelEvents }> {
	let events: ChannelEvents | undefined;
	const channel: Channel = {
		alpnProtocol: 'h2',
		listen: (listener) => (events ??= listener),
		write: (_chunk, taken) => {
			setImmediate(taken);
			return true;
		},
		cork: () => undefined,
		uncork: () => undefined,
		end: () => undefined,
		destroy: () => undefined,
		keepAlive: () => undefined,
	};
	const connection = new Connection({
		target: { host: 'localhost', port: 1 },
		connect: () => ({ channel: Promise.resolve(channel), keepAlive: () => undefined, destroy: () => undefined }),
		clock: systemClock,
		trace: () => undefined,
		name: 'test',
		needsProof: false,
		firstBeforeSettings: false,
		owner: {
			idleTimeoutMs: 60_000,
			onAnswer: () => true,
			onAttempt: (_connection, request, attempt) => request.finish(attempt),
			onGoaway: () => false,
			onOutOfService: () => undefined,
			onProgress: () => undefined,
		},
	});
	void connection.start();
	await turn();
	if (events === undefined) throw new Error('The connection listens to its channel');
	events.onData(settingsFrame({}));
	await turn();
	const requests = [new Request(), new Request()];
	for (const request of requests) {
		if (connection.canTake(request, systemClock.now())) connection.take(request, systemClock.now());
	}
	await turn();
	return { requests, events };
}

/** `:status: 200`, entry 8 of the static table (RFC 7541, appendix A); the body is to follow. */
const headOf = (streamId: number): Buffer => headersFrame(streamId, Buffer.from([0x88]), false);

it.each([
	['nothing before it', [], ['notSent', 'notSent']],
	['the head of another answer before it', [headOf(1)], ['answered', 'unknown']],
	['the reset of another stream before it', [resetFrame(1, 0x8)], ['unknown', 'unknown']],
])('%s', async (_name, frames, kinds) => {
	const { requests, events } = await twoRequests();
	for (const frame of frames) events.onData(frame);
	events.onError(Object.assign(new Error('alert'), { code: 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED' }));
	await turn();
	expect(requests.map(({ attempt }) => attempt?.kind)).toEqual(kinds);
});
