/** A credential of this package for the simulator, as a user would have filled it in. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import { createSigningKey, type SigningKey } from '../../tools/simulator/authority';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../tools/simulator/simulator';

export const bundleId = 'com.example.app';
export const teamId = 'TEAM000001';

export interface SimulatorWithCredential {
	readonly simulator: Simulator;
	readonly key: SigningKey;
	readonly credential: ICredentialDataDecryptedObject;
}

/** Starts a simulator with one team, one key and one app, and the credential that fits. */
export async function startSimulatorWithCredential(options: SimulatorOptions = {}): Promise<SimulatorWithCredential> {
	const key = createSigningKey();
	const simulator = await startSimulator({
		teams: [{ teamId, bundleIds: [bundleId], keys: [{ keyId: key.keyId, publicKey: key.publicKey }] }],
		...options,
	});
	return {
		simulator,
		key,
		credential: {
			authentication: 'token',
			keyId: key.keyId,
			teamId,
			privateKey: key.privateKeyPem,
			environment: 'development',
			bundleId,
			customEndpoint: true,
			host: 'localhost',
			port: simulator.pushPort,
			managementHost: 'localhost',
			managementPort: simulator.managementPort,
			caBundle: simulator.caPem,
		},
	};
}
