/** The devices the simulator knows: which tokens are registered, for which topic and environment, since when they are gone. */
import type { Environment } from './facts';
import { limits } from './facts';

export interface DeviceSpec {
	/** Full topic, suffix included; absent: any topic. */
	readonly topic?: string;
	/** Absent: any environment. */
	readonly environment?: Environment;
}

export interface Device extends DeviceSpec {
	/** Why the token is no longer good: `Unregistered` or `ExpiredToken`. */
	readonly gone?: { readonly reason: 'Unregistered' | 'ExpiredToken'; readonly atMs: number };
}

export interface Devices {
	/** Makes a token known; registering again brings it back. Tokens are compared without regard to case. */
	register(token: string, spec?: DeviceSpec): void;
	/** 410 Unregistered from now on. `atMs`: when APNs learned of it; default now. */
	unregister(token: string, atMs?: number): void;
	/** 410 ExpiredToken from now on. */
	expire(token: string, atMs?: number): void;
	/** What is known of a token. In mode `any` an unknown one is registered for everything. */
	find(token: string): Device | undefined;
	/** Counts a push to the token; true when it comes too soon after too many. */
	tooMany(token: string): boolean;
	readonly mode: 'any' | 'registered';
}

export interface DeviceOptions {
	/** `any` (default): every well-formed token is registered; `registered`: only those named. */
	readonly mode?: 'any' | 'registered';
	/** TooManyRequests for a token that gets more pushes than this in the time. Default: never. Apple's numbers are unpublished. */
	readonly rateLimit?: { readonly pushes: number; readonly withinMs: number };
}

export function createDevices(options: DeviceOptions, clock: () => number): Devices {
	const mode = options.mode ?? 'any';
	const known = new Map<string, Device>();
	const recent = new Map<string, number[]>();
	const gone =
		(reason: 'Unregistered' | 'ExpiredToken') =>
		(token: string, atMs = clock()) => {
			const key = token.toLowerCase();
			known.set(key, { ...known.get(key), gone: { reason, atMs } });
		};
	return {
		mode,
		register: (token, spec = {}) => void known.set(token.toLowerCase(), { ...spec }),
		unregister: gone('Unregistered'),
		expire: gone('ExpiredToken'),
		find: (token) => known.get(token.toLowerCase()) ?? (mode === 'any' ? {} : undefined),
		tooMany(token) {
			if (options.rateLimit === undefined) return false;
			const { pushes, withinMs } = options.rateLimit;
			const now = clock();
			const times = (recent.get(token.toLowerCase()) ?? []).filter((at) => now - at < withinMs);
			times.push(now);
			recent.set(token.toLowerCase(), times);
			return times.length > pushes;
		},
	};
}

/** Hex of whole bytes; Apple fixes no size, 32 bytes is the smallest seen. */
export function isDeviceToken(text: string, minDigits: number = limits.minDeviceTokenDigits): boolean {
	return (
		/^[0-9a-f]+$/i.test(text) &&
		text.length % 2 === 0 &&
		text.length >= minDigits &&
		text.length <= limits.maxDeviceTokenDigits
	);
}
