/** The report of a connection check: its steps in order, what each found, and one piece of advice. */
import type { FieldText } from '../apns/fields';
import type { MarkedText } from '../outcome';

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
	readonly advice?: MarkedText;
}

export interface ConnectionReport {
	/** True when APNs accepts the credential. */
	readonly ok: boolean;
	/** What to do next, or that no action is needed. */
	readonly advice: MarkedText;
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
	readonly advice?: MarkedText;
	/** How long it took, where the step knows better than its runner. */
	readonly ms?: number;
}

/** A failed step, from anything that has a sentence and a remedy. */
export function failed(
	cause: { readonly message: FieldText; readonly advice: FieldText; readonly remedy?: MarkedText | undefined },
	details: ReportDetails = {},
): Finding {
	return { ok: false, details, message: cause.message, advice: cause.remedy ?? cause.advice };
}

/** Date and time for people and programs; null when there is none. */
export function isoTime(ms: number): string | null {
	return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

/** A step that was taken. */
export function taken(step: StepName, ms: number, { ok, details = {}, message, advice }: Finding): ConnectionStep {
	return {
		step,
		ok,
		tried: true,
		ms: Math.round(ms * 10) / 10,
		details,
		...(message === undefined ? {} : { message }),
		...(advice === undefined ? {} : { advice }),
	};
}

/** A step that an earlier failure made pointless. */
export function skipped(step: StepName): ConnectionStep {
	return { step, ok: false, tried: false, ms: 0, details: {} };
}
