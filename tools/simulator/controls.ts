/** What can be done to a running simulator from outside: revoke, rotate, say GOAWAY, change limits, go silent, cut. */
import type { SigningKey } from './authority';
import { createSigningKey, randomKeyId } from './authority';
import type { Connection } from './connection';
import type { GoawayAction } from './faults';
import type { Ports, RejectPoint } from './ports';
import type { Service } from './service';

export interface Controls {
	/** Tokens of the key are refused from now on. */
	revoke(keyId: string): void;
	/** TLS with the certificate fails from now on, and its connections end. Takes `fingerprint256` as Node prints it. */
	revokeCertificate(fingerprint256: string): void;
	/** Gives the team a new key and revokes its others (`keepOld`: leaves them). */
	rotateKeys(teamId: string, options?: { readonly keepOld?: boolean }): SigningKey;
	/** Switches the broadcast capability of an app; off deletes its channels. */
	setBroadcast(bundleId: string, enabled: boolean): void;
	/** GOAWAY on every open connection; `drain` and NO_ERROR unless said otherwise. */
	goawayAll(reason?: string, action?: Omit<GoawayAction, 'type' | 'reason'>): void;
	/** GOAWAY on one connection, by its id in the journal. */
	goaway(connectionId: number, reason?: string, action?: Omit<GoawayAction, 'type' | 'reason'>): void;
	/** Stream limit of connections that proved themselves, now and from now on. */
	setMaxConcurrentStreams(streams: number, options?: { readonly refuseSurplus?: boolean }): void;
	/** All connections go silent without closing (`true`), or speak again. */
	setSilent(silent: boolean): void;
	/** New connections are cut before TLS (`tcp`) or right after it (`tls`), so many times; 0 ends it. */
	rejectConnections(at: RejectPoint, times?: number): void;
	/** Cuts one connection without a word, by its id in the journal. */
	cut(connectionId: number): void;
	/** Cuts every open connection without a word. */
	cutAll(): void;
}

export function createControls(service: Service, ports: Ports): Controls {
	const { teams, channels } = service;

	function connectionOf(id: number): Connection {
		const found = [...ports.connections].find(({ record }) => record.id === id);
		if (found === undefined)
			throw new Error(`The simulator has no open connection ${id}: the journal lists those it has.`);
		return found;
	}

	return {
		revoke: teams.revoke,
		revokeCertificate(fingerprint256) {
			service.revokedCertificates.add(fingerprint256);
			for (const connection of [...ports.connections])
				if (connection.certificate?.fingerprint256 === fingerprint256) connection.cut();
		},
		rotateKeys(teamId, { keepOld = false } = {}) {
			const old = teams.keyIds(teamId);
			const key = createSigningKey(randomKeyId());
			teams.addKey(teamId, { keyId: key.keyId, publicKey: key.publicKey });
			if (!keepOld) for (const keyId of old) teams.revoke(keyId);
			return key;
		},
		setBroadcast(bundleId, enabled) {
			teams.setBroadcast(bundleId, enabled);
			if (!enabled) channels.deleteAll(bundleId);
		},
		goawayAll(reason, action = {}) {
			for (const connection of [...ports.connections]) connection.goaway({ ...action, reason });
		},
		goaway(connectionId, reason, action = {}) {
			connectionOf(connectionId).goaway({ ...action, reason });
		},
		setMaxConcurrentStreams(limit, { refuseSurplus = false } = {}) {
			service.provenStreamLimit = limit;
			for (const connection of ports.connections) {
				const proven = connection.certificate !== undefined || connection.binding.teamId !== undefined;
				if (proven) connection.setStreamLimit(limit, refuseSurplus);
			}
		},
		setSilent: ports.setSilent,
		rejectConnections: (at, times = Number.POSITIVE_INFINITY) => ports.reject(at, times),
		cut: (connectionId) => connectionOf(connectionId).cut(),
		cutAll() {
			for (const connection of [...ports.connections]) connection.cut();
		},
	};
}
