/** A credential of this package for the simulator, as a user would have filled it in. */
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { SigningKey } from '../../tools/simulator/authority';
import { startAppSimulator } from '../../tools/simulator/credential';
import type { Simulator, SimulatorOptions } from '../../tools/simulator/simulator';

export const bundleId = 'com.example.app';
export const teamId = 'TEAM000001';

export interface SimulatorWithCredential {
	readonly simulator: Simulator;
	readonly key: SigningKey;
	readonly credential: ICredentialDataDecryptedObject;
}

/** Starts a simulator with one team, one key and one app, and the credential that fits; it names the host as people do. */
export async function startSimulatorWithCredential(options: SimulatorOptions = {}): Promise<SimulatorWithCredential> {
	const { simulator, key, credential } = await startAppSimulator({ ...options, bundleId, teamId });
	return { simulator, key, credential: { ...credential, host: 'localhost', managementHost: 'localhost' } };
}
