/** Reads a push's payload as a phone does: leniently, ignoring what has the wrong type ("Generating a remote notification"). */
import type { InterruptionLevel } from './state';
import { localized } from './strings';

export type Json = Readonly<Record<string, unknown>>;

export function objectOf(value: unknown): Json | undefined {
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
}

export function textOf(value: unknown): string | undefined {
	return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
	return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** Any value in a few words, for lists of names and values. */
export function shown(value: unknown): string {
	if (typeof value === 'string') return value;
	if (value === null || typeof value !== 'object') return String(value);
	return JSON.stringify(value);
}

export function pairsOf(value: unknown): Array<readonly [name: string, value: string]> {
	return Object.entries(objectOf(value) ?? {}).map(([name, one]) => [name, shown(one)] as const);
}

export interface AlertText {
	readonly title?: string;
	readonly subtitle?: string;
	readonly body?: string;
	/** Localisation keys the app has no text for. */
	readonly missingKeys: readonly string[];
}

/** Title, subtitle and body in the phone's language. A text may be written out, named by a key, or (Live Activities) be an object with a key. */
export function alertText(alert: unknown, language: string): AlertText {
	if (typeof alert === 'string') return { body: alert, missingKeys: [] };
	const dictionary = objectOf(alert);
	if (dictionary === undefined) return { missingKeys: [] };
	const missingKeys: string[] = [];
	const resolve = (key: unknown, args: unknown): string | undefined => {
		const name = textOf(key);
		if (name === undefined) return undefined;
		const found = localized(language, name, Array.isArray(args) ? args.map(shown) : []);
		if (found === undefined) missingKeys.push(name);
		return found ?? name;
	};
	const part = (name: string, keyName: string, argsName: string) => {
		const nested = objectOf(dictionary[name]);
		return (
			resolve(dictionary[keyName], dictionary[argsName]) ??
			(nested === undefined ? textOf(dictionary[name]) : resolve(nested['loc-key'], nested['loc-args']))
		);
	};
	return {
		title: part('title', 'title-loc-key', 'title-loc-args'),
		subtitle: part('subtitle', 'subtitle-loc-key', 'subtitle-loc-args'),
		body: part('body', 'loc-key', 'loc-args'),
		missingKeys,
	};
}

export interface Sound {
	readonly name: string;
	readonly critical: boolean;
	/** 0 to 1, of critical sounds. */
	readonly volume?: number;
}

export function soundOf(value: unknown): Sound | undefined {
	if (typeof value === 'string') return value === '' ? undefined : { name: value, critical: false };
	const dictionary = objectOf(value);
	if (dictionary === undefined) return undefined;
	return {
		name: textOf(dictionary.name) ?? 'default',
		critical: dictionary.critical === 1 || dictionary.critical === true,
		volume: numberOf(dictionary.volume),
	};
}

const levels: readonly InterruptionLevel[] = ['passive', 'active', 'time-sensitive', 'critical'];

/** The level asked for; anything unknown is `active`, the default. */
export function interruptionLevel(value: unknown): InterruptionLevel {
	return levels.find((level) => level === value) ?? 'active';
}
