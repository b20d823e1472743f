/** A simulator for one app with everything a client needs to reach it: team, fresh key, and the credential's fields as n8n stores them. */
import type { IssuedCertificate, SigningKey } from './authority';
import { createSigningKey, sharedAuthority } from './authority';
import type { Environment } from './facts';
import type { Simulator, SimulatorOptions } from './simulator';
import { startSimulator } from './simulator';

/** Property names of the n8n credential `apnsApi`. */
export interface ApnsApiCredential {
	readonly authentication: 'token' | 'certificate';
	readonly keyId?: string;
	readonly teamId?: string;
	readonly privateKey?: string;
	readonly identityFormat?: 'pem' | 'p12';
	readonly certificate?: string;
	readonly certificateKey?: string;
	readonly environment: Environment;
	readonly bundleId: string;
	readonly customEndpoint: true;
	readonly host: string;
	readonly port: number;
	readonly managementHost: string;
	readonly managementPort: number;
	readonly caBundle: string;
}

export interface AppSimulator {
	readonly simulator: Simulator;
	/** What the credential signs with. */
	readonly key: SigningKey;
	/** Token-based. */
	readonly credential: ApnsApiCredential;
	/** Certificate-based, of the same app; made when asked for. */
	certificateCredential(certificate?: IssuedCertificate): ApnsApiCredential;
}

/** Fields that say where the simulator is. */
function endpoint(simulator: Simulator, bundleId: string) {
	return {
		environment: simulator.environment,
		bundleId,
		customEndpoint: true,
		host: simulator.host,
		port: simulator.pushPort,
		managementHost: simulator.host,
		managementPort: simulator.managementPort,
		caBundle: simulator.caPem,
	} as const;
}

/** Starts a simulator that knows one team with one key and one app. Further teams may stand in `options.teams`. */
export async function startAppSimulator(
	options: SimulatorOptions & { readonly bundleId?: string; readonly teamId?: string } = {},
): Promise<AppSimulator> {
	const { bundleId = 'com.example.app', teamId = 'SIMTEAM001', ...rest } = options;
	const key = createSigningKey();
	const team = { teamId, keys: [{ keyId: key.keyId, publicKey: key.publicKey }], bundleIds: [bundleId] };
	const simulator = await startSimulator({ ...rest, teams: [team, ...(rest.teams ?? [])] });
	return {
		simulator,
		key,
		credential: {
			authentication: 'token',
			keyId: key.keyId,
			teamId,
			privateKey: key.privateKeyPem,
			...endpoint(simulator, bundleId),
		},
		certificateCredential(certificate = sharedAuthority().provider({ uid: bundleId, teamId })) {
			return {
				authentication: 'certificate',
				identityFormat: 'pem',
				certificate: certificate.certificatePem,
				certificateKey: certificate.privateKeyPem,
				...endpoint(simulator, bundleId),
			};
		},
	};
}
