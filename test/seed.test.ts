/** npm test is the same run each time: every property is tried with one seed, unless SEED asks for another. */
import fc from 'fast-check';
import { chosenSeed, seed } from './seed';

it('gives fast-check the seed of the tests', () => {
	expect(fc.readConfigureGlobal()?.seed).toBe(seed);
	expect(fc.sample(fc.nat(), 3)).toEqual(fc.sample(fc.nat(), 3));
});

it('takes a number, the word random, or nothing', () => {
	expect([chosenSeed(undefined), chosenSeed(''), chosenSeed('7')]).toEqual([20_261_124, 20_261_124, 7]);
	expect(new Set(Array.from({ length: 5 }, () => chosenSeed('random'))).size).toBeGreaterThan(1);
	expect(() => chosenSeed('often')).toThrow(/whole number/);
});
