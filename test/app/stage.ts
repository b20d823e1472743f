/** What the groups share: one n8n with the packed package in it, a simulator, and a credential for it, all ended together. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { ICredentialDataDecryptedObject } from 'n8n-workflow';
import type { SigningKey } from '../../tools/simulator/authority';
import { type ApnsApiCredential, type AppSimulator, startAppSimulator } from '../../tools/simulator/credential';
import type { SimulatorOptions } from '../../tools/simulator/simulator';
import { type Application, createHome, type Home, startApplication } from './application/application';
import { type InstalledN8n, installN8n } from './application/install';
import { packPackage } from './application/packageUnderTest';
import type { Programs } from './application/program';

/** What has to be installed before anything starts. */
export interface Ground {
	readonly programs: Programs;
	readonly n8n: InstalledN8n;
	readonly tarball: string;
	remove(): void;
}

/** Installs n8n, unless that was done before, and packs the package. */
export async function prepareGround(programs: Programs, version?: string): Promise<Ground> {
	const folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-pack-'));
	const [n8n, tarball] = await Promise.all([installN8n(programs, version), packPackage(programs, folder)]);
	return { programs, n8n, tarball, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

export interface Stage {
	readonly app: Application;
	readonly apns: AppSimulator;
	/** Id of the stored credential. */
	readonly credentialId: string;
	/** Ends n8n politely and starts it again in the same home. */
	restart(): Promise<void>;
	/** Starts it again after it was ended otherwise. */
	start(): Promise<void>;
	end(): Promise<void>;
}

/** A credential as n8n's interface takes it. */
export function stored(credential: ApnsApiCredential): ICredentialDataDecryptedObject {
	return { ...credential };
}

/** The same credential with another signing key. */
export function storedWithKey(credential: ApnsApiCredential, key: SigningKey): ICredentialDataDecryptedObject {
	return { ...credential, keyId: key.keyId, privateKey: key.privateKeyPem };
}

/** Starts a simulator and n8n, and stores the credential. */
export async function setStage(ground: Ground, options: SimulatorOptions = {}): Promise<Stage> {
	const apns = await startAppSimulator(options);
	let home: Home | undefined;
	let app: Application | undefined;
	const end = async (): Promise<void> => {
		await app?.stop();
		await apns.simulator.close();
		home?.remove();
	};
	try {
		const made = await createHome(ground.programs, ground.n8n, ground.tarball);
		home = made;
		const start = async (): Promise<Application> => await startApplication(ground.programs, ground.n8n, made);
		let running = await start();
		app = running;
		const credentialId = await running.rest.createCredential('APNs account', stored(apns.credential));
		const again = async (): Promise<void> => {
			running = await start();
			app = running;
		};
		return {
			get app() {
				return running;
			},
			apns,
			credentialId,
			start: again,
			async restart() {
				await running.stop();
				await again();
			},
			end,
		};
	} catch (error) {
		await end();
		throw error;
	}
}
