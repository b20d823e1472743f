/** The developer accounts the simulator knows: teams, their signing keys and their bundle ids. */
import type { KeyObject } from 'node:crypto';
import { createPublicKey } from 'node:crypto';
import type { Environment } from './facts';

export interface KeySpec {
	readonly keyId: string;
	/** Public (or private) key, PEM or KeyObject. */
	readonly publicKey: KeyObject | string;
	/** `team` (default) covers all topics; a list makes a topic-specific key of those bundle ids. */
	readonly scope?: 'team' | readonly string[];
	/** Set for keys that work in one environment only. */
	readonly environment?: Environment;
	readonly revoked?: boolean;
	/** Topic-specific keys: the one other key whose tokens may share a connection. */
	readonly relatedKeyId?: string;
}

export interface TeamSpec {
	/** 10 characters. */
	readonly teamId: string;
	readonly keys: readonly KeySpec[];
	readonly bundleIds: readonly string[];
	/** Bundle ids whose broadcast capability is off. */
	readonly broadcastDisabled?: readonly string[];
}

export interface Key {
	readonly keyId: string;
	readonly teamId: string;
	readonly publicKey: KeyObject;
	readonly scope: 'team' | readonly string[];
	readonly environment?: Environment;
	readonly relatedKeyId?: string;
	revoked: boolean;
}

export interface Teams {
	key(keyId: string): Key | undefined;
	/** Bundle ids of a team as of now. */
	bundleIds(teamId: string): ReadonlySet<string>;
	/** Throws for a key id that is taken. */
	addKey(teamId: string, spec: KeySpec): void;
	/** Throws for an unknown key id. */
	revoke(keyId: string): void;
	/** Takes a revocation back, which Apple cannot: for trying what follows. Throws for an unknown key id. */
	restore(keyId: string): void;
	keyIds(teamId: string): string[];
	addBundleId(teamId: string, bundleId: string): void;
	setBroadcast(bundleId: string, enabled: boolean): void;
	broadcastEnabled(bundleId: string): boolean;
	readonly teamIds: readonly string[];
}

/** Key from a PEM in any form OpenSSL reads; a private key gives its public half. */
function publicKeyOf(key: KeyObject | string): KeyObject {
	if (typeof key === 'string') return createPublicKey(key);
	return key.type === 'private' ? createPublicKey(key) : key;
}

export function createTeams(specs: readonly TeamSpec[]): Teams {
	const keys = new Map<string, Key>();
	const bundles = new Map<string, Set<string>>();
	const withoutBroadcast = new Set<string>();

	function bundlesOf(teamId: string): Set<string> {
		const known = bundles.get(teamId);
		if (known === undefined) throw new Error(`Team ${teamId} is not known to the simulator: name it in options.teams.`);
		return known;
	}

	function setRevoked(keyId: string, revoked: boolean): void {
		const key = keys.get(keyId);
		if (key === undefined)
			throw new Error(
				`Key ${keyId} is not known to the simulator, so it cannot be ${revoked ? 'revoked' : 'restored'}.`,
			);
		key.revoked = revoked;
	}

	const teams: Teams = {
		key: (keyId) => keys.get(keyId),
		bundleIds: bundlesOf,
		addKey(teamId, spec) {
			bundlesOf(teamId);
			if (keys.has(spec.keyId))
				throw new Error(`Key ${spec.keyId} is already known to the simulator: key ids are unique.`);
			keys.set(spec.keyId, {
				keyId: spec.keyId,
				teamId,
				publicKey: publicKeyOf(spec.publicKey),
				scope: spec.scope ?? 'team',
				environment: spec.environment,
				relatedKeyId: spec.relatedKeyId,
				revoked: spec.revoked ?? false,
			});
		},
		revoke: (keyId) => setRevoked(keyId, true),
		restore: (keyId) => setRevoked(keyId, false),
		keyIds: (teamId) => [...keys.values()].filter((key) => key.teamId === teamId).map((key) => key.keyId),
		addBundleId(teamId, bundleId) {
			bundlesOf(teamId).add(bundleId);
		},
		setBroadcast(bundleId, enabled) {
			if (enabled) withoutBroadcast.delete(bundleId);
			else withoutBroadcast.add(bundleId);
		},
		broadcastEnabled: (bundleId) => !withoutBroadcast.has(bundleId),
		teamIds: specs.map((spec) => spec.teamId),
	};
	for (const spec of specs) {
		bundles.set(spec.teamId, new Set(spec.bundleIds));
		for (const bundleId of spec.broadcastDisabled ?? []) withoutBroadcast.add(bundleId);
		for (const key of spec.keys) teams.addKey(spec.teamId, key);
	}
	return teams;
}

/** Whether a key's scope takes in a bundle id. */
export function covers(key: Key, bundleId: string): boolean {
	return key.scope === 'team' || key.scope.includes(bundleId);
}
