/** Every GOAWAY: none, some or all processed, twice, error codes, reasons as JSON, as text and empty. */
import { errorCodes } from '../../wire/frames';
import { A, type Expectation, type Fault, turns, withStream } from '../fault';
import { BEHIND, type PhaseName, STRUCK } from '../phases';

/** GOAWAY on the first connection; it says nothing more where `cut`. */
const goaway = (
	name: string,
	last: 'none' | 'all',
	code: number,
	debug: string,
	expect: Partial<Record<PhaseName, Expectation>>,
): Fault => ({
	name: `GOAWAY: ${name}`,
	group: 'GOAWAY',
	expect,
	async strike(world) {
		const connection = await world.first();
		const proving = connection.requests.length > 1 || world.told.has(0) ? 1 : 0;
		if (last === 'none') world.disown(STRUCK);
		connection.goaway(last === 'none' ? proving : 0x7fffffff, code, debug);
		await turns();
	},
});
/** Apple: who was refused closes all connections and opens none until the credential is corrected. */
const CREDENTIAL: Expectation = { struck: ['not sent'], others: ['not sent'], lasts: true, connections: 1 };
const resent = { ...withStream(A), 'answer half read': A, idle: A };

export const goaways: readonly Fault[] = [
	goaway('none processed', 'none', errorCodes.NO_ERROR, '', resent),
	goaway('all processed', 'all', errorCodes.NO_ERROR, '', resent),
	goaway('an error code', 'none', errorCodes.INTERNAL_ERROR, '', resent),
	goaway('ENHANCE_YOUR_CALM', 'none', errorCodes.ENHANCE_YOUR_CALM, '', resent),
	goaway('plain text', 'none', errorCodes.NO_ERROR, 'Maximum active streams violated for this endpoint.', resent),
	goaway('Shutdown as JSON', 'none', errorCodes.NO_ERROR, '{"reason":"Shutdown"}', resent),
	goaway('names the credential', 'none', errorCodes.NO_ERROR, '{"reason":"BadCertificateEnvironment"}', {
		...withStream(CREDENTIAL),
		// The first, graceful GOAWAY had another connection opened.
		draining: { ...CREDENTIAL, connections: 2 },
		idle: CREDENTIAL,
		// Its 200, once whole, proves the credential again.
		'answer half read': { ...CREDENTIAL, struck: ['accepted'], others: ['not sent', 'accepted'], connections: 2 },
	}),
	{
		name: 'GOAWAY: some above the last stream',
		group: 'GOAWAY',
		options: { limit: 2 },
		expect: { awaiting: A },
		async strike(world) {
			const connection = await world.first();
			const streamId = await world.streamOf(STRUCK);
			await world.streamOf(BEHIND).catch(() => undefined);
			if (!world.acceptedByPeer.has(BEHIND)) world.disown(BEHIND);
			connection.goaway(streamId, errorCodes.NO_ERROR);
			await turns();
		},
	},
	{
		name: 'GOAWAY: twice',
		group: 'GOAWAY',
		expect: resent,
		async strike(world) {
			const connection = await world.first();
			connection.goaway(0x7fffffff, errorCodes.NO_ERROR);
			await turns();
			connection.goaway(connection.requests.at(-1)?.streamId ?? 0, errorCodes.NO_ERROR);
			await turns();
		},
	},
];
