/** Reads the mutants: small errors in the product, each with the world that finds it and the invariant it breaks. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Replacement } from './bundle';
import { invariantNames } from './invariants';
import type { Profile } from './plan';

export interface Mutant extends Replacement {
	readonly name: string;
	/** What the error is, in words. */
	readonly about: string;
	readonly seed: number;
	readonly pushes: number;
	readonly profile: Profile;
	/** The invariant that breaks first. */
	readonly breaks: string;
}

const profiles: readonly string[] = ['calm', 'chaos', 'hours', 'neighbour', 'liar'];

function read(file: string): Mutant {
	const name = path.basename(file, '.json');
	const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
	const text = (key: string): string => {
		const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
		if (typeof found !== 'string') throw new TypeError(`${name}: ${key} is no text`);
		return found;
	};
	const number = (key: string): number => {
		const found: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
		if (typeof found !== 'number') throw new TypeError(`${name}: ${key} is no number`);
		return found;
	};
	const breaks = text('breaks');
	if (!invariantNames.includes(breaks)) throw new RangeError(`${name}: there is no invariant ${breaks}`);
	const profile = text('profile');
	if (!profiles.includes(profile)) throw new RangeError(`${name}: there is no profile ${profile}`);
	return {
		name,
		about: text('about'),
		file: text('file'),
		text: text('text'),
		replacement: text('replacement'),
		seed: number('seed'),
		pushes: number('pushes'),
		profile: profile as Profile,
		breaks,
	};
}

/** All mutants, by name. */
export function readMutants(): readonly Mutant[] {
	const folder = path.join(__dirname, 'mutants');
	return readdirSync(folder)
		.filter((name) => name.endsWith('.json'))
		.sort()
		.map((name) => read(path.join(folder, name)));
}
