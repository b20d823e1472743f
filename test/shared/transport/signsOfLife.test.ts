/** What shows that a connection does its work no longer: silence, streams without answers, requests that cannot start. */
import { type LivenessHost, SignsOfLife } from '../../../nodes/shared/transport/signsOfLife';
import { timing } from '../../../nodes/shared/transport/timing';
import { createManualClock } from '../client/manualClock';

const { probeAfterSilenceMs, pingWhileBusyMs, pingTimeoutMs, wedgedAfterMs, blockedAfterMs } = timing;

interface State {
	open: number;
	live: number;
	ready: boolean;
	closed: boolean;
	wanted: boolean;
}

function bench(initial: Partial<State> = {}) {
	const clock = createManualClock();
	const state: State = { open: 0, live: 0, ready: true, closed: false, wanted: false, ...initial };
	const said: string[] = [];
	const scheduled: number[] = [];
	const host: LivenessHost = {
		openStreams: () => state.open,
		liveStreams: () => state.live,
		isReady: () => state.ready,
		isClosed: () => state.closed,
		isWanted: () => state.wanted,
		sendPing: (_payload, written) => {
			said.push('ping');
			written();
		},
		schedule: (dueMs) => void scheduled.push(dueMs),
		onSilent: () => void said.push('silent'),
		onWedged: () => void said.push('wedged'),
		onBlocked: () => void said.push('blocked'),
	};
	const signs = new SignsOfLife(clock, host);
	signs.began(0);
	const [silent, quiet, wedged, blocked] = signs.deadlines();
	if (silent === undefined || quiet === undefined || wedged === undefined || blocked === undefined)
		throw new Error('no deadlines');
	return { clock, state, said, scheduled, signs, silent, quiet, wedged, blocked };
}

describe('silence', () => {
	it('of some length is asked about before the first use, once for all who ask', () => {
		const { signs, said, state } = bench();
		const dueMs = probeAfterSilenceMs;
		expect([signs.mustProbeFirst(dueMs - 1), signs.mustProbeFirst(dueMs), signs.mustProbeFirst(dueMs + 1)]).toEqual([
			false,
			true,
			true,
		]);
		expect(said).toEqual(['ping']);
		state.live = 1;
		expect(signs.mustProbeFirst(dueMs + 30_000)).toBe(false);
	});

	it('counts from the end of TLS where no byte has come', () => {
		const { signs } = bench();
		signs.began(5_000);
		const dueMs = 5_000 + probeAfterSilenceMs;
		expect([signs.mustProbeFirst(dueMs - 1), signs.mustProbeFirst(dueMs)]).toEqual([false, true]);
	});

	it('ends with any byte', () => {
		const { signs } = bench();
		signs.received(50_000);
		const dueMs = 50_000 + probeAfterSilenceMs;
		expect([signs.lastReceivedMs, signs.mustProbeFirst(dueMs - 1), signs.mustProbeFirst(dueMs)]).toEqual([
			50_000,
			false,
			true,
		]);
	});

	it('while somebody waits is asked about, and not twice', () => {
		const { signs, state, said, quiet } = bench();
		expect(quiet.dueMs()).toBe(Infinity);
		state.live = 1;
		signs.received(5_000);
		expect(quiet.dueMs()).toBe(5_000 + pingWhileBusyMs);
		quiet.onDue(5_000 + pingWhileBusyMs);
		expect([said, quiet.dueMs()]).toEqual([['ping'], Infinity]);
		quiet.onDue(5_000 + pingWhileBusyMs);
		expect(said).toEqual(['ping']);
	});

	it('after a PING ends the connection', () => {
		const { signs, said, silent, clock, scheduled } = bench();
		expect(silent.dueMs()).toBe(Infinity);
		signs.mustProbeFirst(probeAfterSilenceMs);
		expect([silent.dueMs(), scheduled[0]]).toEqual([clock.now() + pingTimeoutMs, clock.now() + pingTimeoutMs]);
		silent.onDue(0);
		expect(said).toEqual(['ping', 'silent']);
		signs.received(0);
		expect(silent.dueMs()).toBe(Infinity);
	});
});

describe('streams without an answer', () => {
	it('for too long show a wedged connection, counted from the last answer or the first stream', () => {
		const { signs, state, said, wedged } = bench();
		expect(wedged.dueMs()).toBe(Infinity);
		state.open = 1;
		signs.streamOpened(1_000, true);
		expect(wedged.dueMs()).toBe(1_000 + wedgedAfterMs);
		signs.streamOpened(2_000, false);
		expect(wedged.dueMs()).toBe(1_000 + wedgedAfterMs);
		signs.received(4_000);
		signs.answered();
		expect(wedged.dueMs()).toBe(4_000 + wedgedAfterMs);
		signs.streamOpened(9_000, true);
		expect(wedged.dueMs()).toBe(9_000 + wedgedAfterMs);
		wedged.onDue(9_000 + wedgedAfterMs);
		expect(said).toEqual(['wedged']);
		state.open = 0;
		expect(wedged.dueMs()).toBe(Infinity);
		state.open = 1;
		expect(wedged.dueMs()).toBe(9_000 + wedgedAfterMs);
		state.ready = false;
		expect(wedged.dueMs()).toBe(Infinity);
	});

	it('are looked at when the first one opens', () => {
		const { signs, scheduled } = bench();
		signs.streamOpened(1_000, true);
		signs.streamOpened(1_500, false);
		expect(scheduled).toEqual([1_000 + wedgedAfterMs]);
		signs.streamOpened(pingWhileBusyMs - 1_000, true);
		expect(scheduled).toEqual([1_000 + wedgedAfterMs, pingWhileBusyMs]);
	});
});

describe('requests that wait while nothing is in flight', () => {
	it('for some time are asked about, and after as long again the connection is blocked', () => {
		const { signs, state, said, scheduled, blocked } = bench({ wanted: true });
		expect(blocked.dueMs()).toBe(Infinity);
		signs.review(1_000);
		signs.review(5_000);
		const askedMs = 1_000 + blockedAfterMs;
		expect([blocked.dueMs(), scheduled]).toEqual([askedMs, [askedMs]]);
		blocked.onDue(askedMs);
		expect([said, blocked.dueMs()]).toEqual([['ping'], askedMs + blockedAfterMs]);
		blocked.onDue(askedMs + blockedAfterMs);
		expect([said, blocked.dueMs()]).toEqual([['ping', 'blocked'], Infinity]);
		signs.review(30_000);
		expect(blocked.dueMs()).toBe(30_000 + blockedAfterMs);
		state.wanted = false;
		signs.review(31_000);
		expect(blocked.dueMs()).toBe(Infinity);
	});

	it.each<readonly [string, Partial<State>]>([
		['nobody waits', { wanted: false }],
		['streams are in flight', { live: 1 }],
		['the connection takes none', { ready: false }],
	])('are none where %s', (_what, state) => {
		const { signs, blocked, scheduled } = bench({ wanted: true, ...state });
		signs.review(1_000);
		expect([blocked.dueMs(), scheduled]).toEqual([Infinity, []]);
	});

	it('are none any more once a stream opens', () => {
		const { signs, blocked } = bench({ wanted: true });
		signs.review(1_000);
		signs.streamOpened(2_000, false);
		expect(blocked.dueMs()).toBe(Infinity);
	});
});

it('of a closed connection nothing is due', () => {
	const { signs, state, silent, quiet, wedged, blocked } = bench({ wanted: true, open: 1 });
	signs.review(1_000);
	signs.streamOpened(1_000, true);
	signs.mustProbeFirst(1_000 + probeAfterSilenceMs);
	signs.review(99_000);
	state.closed = true;
	expect([silent, quiet, wedged, blocked].map((deadline) => deadline.dueMs())).toEqual([
		Infinity,
		Infinity,
		Infinity,
		Infinity,
	]);
});
