/** Check Connection: one connection of its own to APNs, step by step, and what each step found. Never throws for a broken connection. */
import { endpointName } from '../endpoint';
import { type CheckConnectionOptions, CheckState } from './checkState';
import { type ConnectionReport, type ConnectionStep, type Finding, skipped, taken } from './connectionReport';
import { opensslCommand } from './opensslCommand';
import { checkSteps } from './steps';

export type { ConnectionReport, ConnectionStep, ReportDetails, ReportValue, StepName } from './connectionReport';
export type { CheckConnectionOptions } from './checkState';

const ALL_IS_WELL = 'No action needed. APNs accepts this credential.';

/**
 * Connects as a push would, but on a connection of its own that is closed at the end, and asks for nothing that reaches a
 * device. After the first step that fails the later ones are reported as not tried; the state of the session cache is read
 * in any case, since it needs no connection.
 */
export async function checkConnection(options: CheckConnectionOptions): Promise<ConnectionReport> {
	const state = new CheckState(options);
	const { clock } = state;
	const steps: ConnectionStep[] = [];
	let failure: Finding | undefined;
	try {
		for (const { name, always = false, applies, run } of checkSteps) {
			if (!applies(state)) continue;
			if (failure !== undefined && !always) {
				steps.push(skipped(name));
				continue;
			}
			const startedAtMs = clock.now();
			const finding = await run(state);
			steps.push(taken(name, finding.ms ?? clock.now() - startedAtMs, finding));
			if (!finding.ok) failure ??= finding;
		}
	} finally {
		state.close();
	}
	const hint = steps.find(({ ok, advice }) => ok && advice !== undefined);
	return {
		ok: failure === undefined,
		advice: failure?.advice ?? hint?.advice ?? ALL_IS_WELL,
		...(failure?.message === undefined ? {} : { message: failure.message }),
		endpoint: endpointName(options.endpoint),
		steps,
		openssl: commandOf(state),
	};
}

function commandOf({ options, target }: CheckState): string {
	const { endpoint, caBundle, identity } = options;
	return opensslCommand({
		...endpoint,
		hasCaBundle: caBundle !== undefined && caBundle.trim() !== '',
		hasCertificate: identity.type === 'certificate',
		proxyUrl: target.proxyUrl,
	});
}
