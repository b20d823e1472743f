/** The seed of everything random in `npm test`: always the same, so that the same code gives the same result. Nightly runs say SEED=random. */
import { randomInt } from 'node:crypto';

export function chosenSeed(text: string | undefined): number {
	if (text === undefined || text === '') return 20_261_124;
	if (text === 'random') return randomInt(0x7fffffff);
	const number = Number(text);
	if (!Number.isSafeInteger(number)) throw new Error('SEED is a whole number, or the word random.');
	return number;
}

export const seed = chosenSeed(process.env.SEED);
