/** One APNs Send node of the packed package in the real engine, before a simulator: what nearly every test of the node needs. */
import type {
	ICredentialDataDecryptedObject,
	ICredentialTestFunctions,
	INode,
	INodeCredentialTestResult,
	INodeParameters,
	INodeType,
} from 'n8n-workflow';
import type { RequestRecord } from '../../tools/simulator/journal';
import type { SimulatorOptions } from '../../tools/simulator/simulator';
import { type SimulatorWithCredential, startSimulatorWithCredential } from './credential';
import { createEngine, type Engine, type RunOptions, type RunResult, type StoredCredential } from './engine';
import { type PackedPackage, packPackage } from './pack';
import { apnsNode, chain } from './workflows';

export const phone = 'ab'.repeat(32);
export const tablet = 'cd'.repeat(32);

export interface SendBench {
	readonly peer: SimulatorWithCredential;
	readonly engine: Engine;
	/** Replaces fields of the stored credential. */
	setCredential(fields: ICredentialDataDecryptedObject): void;
	/** One APNs Send node with these parameters and node settings, given these items. */
	send(parameters: INodeParameters, items?: object[], node?: Partial<INode>, options?: RunOptions): Promise<RunResult>;
	/** The credential's test, as the dialog runs it, with these fields replaced. */
	testCredential(fields?: ICredentialDataDecryptedObject): Promise<INodeCredentialTestResult>;
	/** Requests the simulator saw, in order of arrival. */
	requests(): readonly RequestRecord[];
	/** Body of a request as text. */
	body(index?: number): string;
	/** Header of a request; undefined when it was not sent. */
	header(name: string, index?: number): string | undefined;
}

/** Registers jest's hooks: the package is packed once, a fresh simulator and engine serve each test. */
export function setUpSendBench(options: () => SimulatorOptions = () => ({})): SendBench {
	let packed: PackedPackage;
	let peer: SimulatorWithCredential;
	let engine: Engine;
	let credentials: Map<string, StoredCredential>;
	beforeAll(() => {
		packed = packPackage();
	});
	afterAll(() => packed.remove());
	beforeEach(async () => {
		peer = await startSimulatorWithCredential(options());
		credentials = new Map([['apns', { name: 'APNs account', type: 'apnsApi', data: peer.credential }]]);
		engine = await createEngine({ packageDir: packed.dir, credentials });
	});
	afterEach(() => peer.simulator.close());
	const requests = (): readonly RequestRecord[] => peer.simulator.journal.requests;
	return {
		get peer() {
			return peer;
		},
		get engine() {
			return engine;
		},
		setCredential: (fields) =>
			void credentials.set('apns', { name: 'APNs account', type: 'apnsApi', data: { ...peer.credential, ...fields } }),
		send: async (parameters, items = [{}], node = {}, run = {}) =>
			await engine.run(chain(apnsNode('Send', 'apnsSend', parameters, node)), {
				input: items.map((json) => ({ json: { ...json } })),
				...run,
			}),
		testCredential: async (fields = {}) => {
			const { methods } = engine.loader.getNode('apnsSend').type as INodeType;
			const run = methods?.credentialTest?.apnsApiTest;
			if (run === undefined) throw new Error('The node has no credential test');
			const data = { ...peer.credential, ...fields };
			return await run.call({} as ICredentialTestFunctions, { id: '1', name: 'APNs account', type: 'apnsApi', data });
		},
		requests,
		body: (index = 0) => requests()[index]?.body.toString('utf8') ?? '',
		header: (name, index = 0) => {
			const request = requests()[index];
			return request === undefined ? undefined : peer.simulator.journal.header(request, name);
		},
	};
}
