/** A short run of the HPACK fuzzer, with the seed of all tests; `npm run fuzz` takes a new one each time. */
import { seed } from '../seed';
import { fuzzHpack } from './hpack';

test('random conversations and broken blocks: the coders agree with the reference', () => {
	expect(() => fuzzHpack({ seed, runs: 300 })).not.toThrow();
});
