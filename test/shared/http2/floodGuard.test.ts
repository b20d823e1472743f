/** How many frames without an answer a peer may send, and how many acknowledgements may wait for it. */
import { createFloodGuard } from '../../../nodes/shared/http2/floodGuard';
import { defaultLimits } from '../../../nodes/shared/http2/limits';

const limits = {
	...defaultLimits,
	controlFrameBurst: 5,
	controlFramesPerSecond: 2,
	maxUnsentAcknowledgements: 3,
};
const guard = (): ReturnType<typeof createFloodGuard> => createFloodGuard(limits);
const flood = 'the peer floods this client with frames that bring no answer';

/** How many control frames are taken at this time before one is refused. */
function takenAt(one: ReturnType<typeof guard>, nowMs: number): number {
	for (let taken = 0; taken < 100; taken++) {
		try {
			one.controlFrame(nowMs);
		} catch (error) {
			expect(error).toMatchObject({ message: flood, errorCode: 0xb });
			return taken;
		}
	}
	throw new Error('never refused');
}

it('takes a burst at once, whatever the clock says, and refuses the next', () => {
	expect(takenAt(guard(), 0)).toBe(5);
	expect(takenAt(guard(), 1_000_000)).toBe(5);
});

it('gives back so many per second', () => {
	const one = guard();
	for (let frame = 0; frame < 5; frame++) one.controlFrame(10_000);
	expect(takenAt(one, 11_500)).toBe(3);
});

it('never gives back more than a burst, and nothing for a clock that goes back', () => {
	const rested = guard();
	rested.controlFrame(0);
	expect(takenAt(rested, 3_600_000)).toBe(5);
	const back = guard();
	for (let frame = 0; frame < 4; frame++) back.controlFrame(10_000);
	expect(takenAt(back, 9_000)).toBe(1);
});

it('gives one back for each answer, up to a burst', () => {
	const one = guard();
	for (let frame = 0; frame < 4; frame++) one.controlFrame(0);
	one.progress();
	one.progress();
	expect(takenAt(one, 0)).toBe(3);
	const full = guard();
	full.progress();
	full.progress();
	expect(takenAt(full, 0)).toBe(5);
});

it('lets so many acknowledgements wait, and forgets them once they are sent', () => {
	const one = guard();
	const wait = (count: number): void => {
		for (let sent = 0; sent < count; sent++) one.acknowledgement();
	};
	wait(3);
	one.acknowledgementsSent();
	wait(3);
	expect(() => one.acknowledgement()).toThrow('the peer asks for acknowledgements faster than it reads them');
});
