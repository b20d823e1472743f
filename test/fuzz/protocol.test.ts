/** A short run of the protocol's fuzzer with a new seed each time; a failure prints it. */
import { randomInt } from 'node:crypto';
import { fuzzProtocol } from './protocol';

test('random conversations: the same events however they are cut, and an end to each broken one', () => {
	const seed = randomInt(0x7fffffff);
	console.info(`protocol fuzz seed ${seed}`);
	expect(() => fuzzProtocol({ seed, runs: 300 })).not.toThrow();
});
