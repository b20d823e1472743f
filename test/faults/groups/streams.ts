/** Faults of single streams: RST_STREAM in its codes, and servers that refuse. */
import { errorCodes } from '../../wire/frames';
import { A, type Expectation, type Fault, turns, U, withStream } from '../fault';
import { type PhaseName, STRUCK } from '../phases';
import type { WorldOptions } from '../world';

const reset = (name: keyof typeof errorCodes, expect: Partial<Record<PhaseName, Expectation>>): Fault => ({
	name: `RST_STREAM ${name}`,
	group: 'streams',
	expect,
	async strike(world) {
		const connection = await world.first();
		if (name === 'REFUSED_STREAM') world.disown(STRUCK);
		else world.forgetHeld(STRUCK);
		// One stream at a time: the last one is the struck push's.
		connection.reset(connection.framesOf('HEADERS').at(-1)?.streamId ?? 0, errorCodes[name]);
		await turns();
	},
});
const afterReset = { ...withStream(U), 'request half written': A, 'answer half read': A };

export const streams: readonly Fault[] = [
	reset('INTERNAL_ERROR', afterReset),
	reset('CANCEL', afterReset),
	reset('NO_ERROR', afterReset),
	reset('ENHANCE_YOUR_CALM', afterReset),
	reset('REFUSED_STREAM', { ...withStream(A), 'answer half read': A }),
	{
		name: 'storm of REFUSED_STREAM',
		group: 'streams',
		expect: { awaiting: A, idle: A },
		options: refusing(6),
		strike: () => undefined,
	},
	{
		name: 'refuses every stream for ever',
		group: 'streams',
		expect: {
			idle: { struck: ['not sent'], others: ['not sent', 'accepted'], lasts: true },
		},
		options: refusing(Infinity),
		strike: () => undefined,
	},
];

/** Refuses so many streams after the proof, one push after the other. */
function refusing(times: number): Partial<WorldOptions> {
	let left = times;
	return {
		limit: 10,
		intercept(connection, { streamId }) {
			if (streamId === 1 || left <= 0) return false;
			left -= 1;
			connection.reset(streamId, errorCodes.REFUSED_STREAM);
			return true;
		},
	};
}
