/** The report of a connection check: its steps in order, what each found, and one piece of advice. */
import type { FieldText } from '../apns/fields';

export type ReportValue =
	string | number | boolean | null | readonly ReportValue[] | { readonly [name: string]: ReportValue };
export type ReportDetails = Readonly<Record<string, ReportValue>>;

/**
 * In the order in which they are taken. `certificate` appears for provider certificates and when a certificate or the CA
 * bundle cannot be read, `providerToken` for signing keys.
 */
export type StepName =
	| 'certificate'
	| 'nameResolution'
	| 'tcp'
	| 'tls'
	| 'alpn'
	| 'settings'
	| 'ping'
	| 'providerToken'
	| 'request'
	| 'sessionCache';

export interface ConnectionStep {
	readonly step: StepName;
	/** False also when it was not tried. */
	readonly ok: boolean;
	/** False when an earlier step failed. */
	readonly tried: boolean;
	readonly ms: number;
	readonly details: ReportDetails;
	/** What was found, one sentence; present when something is wrong or worth knowing. */
	readonly message?: FieldText;
	/** What to do next, one sentence. */
	readonly advice?: FieldText;
}

export interface ConnectionReport {
	/** True when APNs accepts the credential. */
	readonly ok: boolean;
	/** What to do next, or that no action is needed. */
	readonly advice: FieldText;
	/** What went wrong; absent when `ok`. */
	readonly message?: FieldText;
	/** `host:port`. */
	readonly endpoint: string;
	readonly steps: readonly ConnectionStep[];
	/** A command that repeats the handshake by hand. */
	readonly openssl: string;
}

/** What a step found besides its place and time. */
export interface Finding {
	readonly ok: boolean;
	readonly details?: ReportDetails;
	readonly message?: FieldText;
	readonly advice?: FieldText;
}

/** A failed step, from anything that has a sentence and a remedy. */
export function failed(
	cause: { readonly message: FieldText; readonly advice: FieldText },
	details: ReportDetails = {},
): Finding {
	return { ok: false, details, message: cause.message, advice: cause.advice };
}

/** Date and time for people and programs; null when there is none. */
export function isoTime(ms: number): string | null {
	return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

/** Collects steps; after the first failure the remaining ones are noted as not tried. */
export class ReportBuilder {
	readonly steps: ConnectionStep[] = [];
	private failure: Finding | undefined;

	get hasFailed(): boolean {
		return this.failure !== undefined;
	}

	/** Notes a step; when an earlier one failed, only that it was not tried. */
	add(step: StepName, ms: number, finding: Finding): void {
		if (this.failure !== undefined) return this.skip(step);
		if (!finding.ok) this.failure = finding;
		this.push(step, ms, finding);
	}

	/** Notes a step whatever came before: for what needs no connection. */
	addAlways(step: StepName, finding: Finding): void {
		this.push(step, 0, finding);
	}

	skip(step: StepName): void {
		this.steps.push({ step, ok: false, tried: false, ms: 0, details: {} });
	}

	/** Ends the report. `allIsWell` is the advice when nothing failed and no step has one of its own. */
	finish(endpoint: string, openssl: string, allIsWell: FieldText): ConnectionReport {
		const hint = this.steps.find(({ ok, advice }) => ok && advice !== undefined);
		return {
			ok: this.failure === undefined,
			advice: this.failure?.advice ?? hint?.advice ?? allIsWell,
			...(this.failure?.message === undefined ? {} : { message: this.failure.message }),
			endpoint,
			steps: this.steps,
			openssl,
		};
	}

	private push(step: StepName, ms: number, { ok, details = {}, message, advice }: Finding): void {
		this.steps.push({
			step,
			ok,
			tried: true,
			ms: Math.round(ms * 10) / 10,
			details,
			...(message === undefined ? {} : { message }),
			...(advice === undefined ? {} : { advice }),
		});
	}
}
