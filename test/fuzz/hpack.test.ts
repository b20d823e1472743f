/** A short run of the HPACK fuzzer with a new seed each time; a failure prints it. */
import { randomInt } from 'node:crypto';
import { fuzzHpack } from './hpack';

test('random conversations and broken blocks: the coders agree with the reference', () => {
	const seed = randomInt(0x7fffffff);
	console.info(`HPACK fuzz seed ${seed}`);
	expect(() => fuzzHpack({ seed, runs: 300 })).not.toThrow();
});
