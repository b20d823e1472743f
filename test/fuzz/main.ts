/** Long runs of all fuzzers: `npm run fuzz -- [--seed n] [--runs n]`. Prints the seed, so that a failure can be repeated. */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { fuzzHpack, type FuzzOptions } from './hpack';
import { fuzzOwner } from './owner';
import { fuzzProtocol } from './protocol';

const DEFAULT_RUNS = 20_000;

/** One line for each fuzzer; it throws when a property fails. */
const fuzzers: ReadonlyArray<readonly [name: string, run: (options: FuzzOptions) => void | Promise<void>]> = [
	['hpack', fuzzHpack],
	['protocol', fuzzProtocol],
	['owner', fuzzOwner],
];

function wholeNumber(option: string, text: string): number {
	if (!/^[0-9]{1,10}$/.test(text)) throw new RangeError(`--${option} is "${text}": give a whole number`);
	return Number(text);
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { seed: { type: 'string' }, runs: { type: 'string' } } });
	const seed = values.seed === undefined ? randomInt(0x7fffffff) : wholeNumber('seed', values.seed);
	const runs = values.runs === undefined ? DEFAULT_RUNS : wholeNumber('runs', values.runs);
	console.log(`seed ${seed}, ${runs} runs per property`);
	for (const [name, run] of fuzzers) {
		const start = process.hrtime.bigint();
		await run({ seed, runs });
		console.log(`${name}: passed in ${Number((process.hrtime.bigint() - start) / 1_000_000n)} ms`);
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
