/** A short run of the protocol's fuzzer, with the seed of all tests; `npm run fuzz` takes a new one each time. */
import { seed } from '../seed';
import { fuzzProtocol } from './protocol';

test('random conversations: the same events however they are cut, and an end to each broken one', () => {
	expect(() => fuzzProtocol({ seed, runs: 300 })).not.toThrow();
});
