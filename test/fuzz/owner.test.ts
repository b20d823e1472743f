/** A short run of the fuzzer of owners, with the seed of all tests; `npm run fuzz` takes a new one each time. */
import { seed } from '../seed';
import { fuzzOwner } from './owner';

test('requests given up at any moment: windows, counts and ends are right, and nothing of them is written later', () => {
	expect(() => fuzzOwner({ seed, runs: 500 })).not.toThrow();
});
