/** What the three APIs (device pushes, broadcasts, channels) have in common: request in, judgement out. */
import { randomUUID } from 'node:crypto';
import type { Credential } from './credentialRules';
import type { Environment } from './facts';
import type { Reason } from './reasons';
import { spell, statusOf } from './reasons';
import type { HeaderLines, Rule } from './rules';

export interface ApiRequest {
	readonly method: string;
	readonly path: string;
	/** Without pseudo headers, in order, repeated ones repeated. */
	readonly headers: HeaderLines;
	readonly body: Buffer;
	/** The body as JSON; undefined when it is none. */
	readonly json: unknown;
	readonly credential: Credential;
	readonly environment: Environment;
	readonly nowMs: number;
}

export interface Answer {
	readonly status: number;
	readonly reason?: string;
	readonly headers: Readonly<Record<string, string>>;
	readonly body?: Buffer;
}

export interface Judgement {
	readonly answer: Answer;
	/** The credential was looked at and is good, whatever else is wrong. */
	readonly credentialAccepted: boolean;
	/** The connection is of no more use. */
	readonly wedges: boolean;
}

export type ReasonSpelling = 'observed' | 'documented';

/** `{"reason":…}`, and with 410 the time the token was found invalid, in milliseconds. */
export function errorAnswer(
	reason: string,
	headers: Readonly<Record<string, string>>,
	options: { status?: number; timestampMs?: number } = {},
): Answer {
	const body = options.timestampMs === undefined ? { reason } : { reason, timestamp: options.timestampMs };
	return { status: options.status ?? statusOf(reason), reason, headers, body: Buffer.from(JSON.stringify(body)) };
}

export function rejected<Subject>(
	rule: Rule<Subject>,
	headers: Readonly<Record<string, string>>,
	spelling: ReasonSpelling,
	timestampMs?: number,
): Judgement {
	const reason: Reason = rule.reason;
	return {
		answer: errorAnswer(spell(reason, spelling), headers, { status: statusOf(reason), timestampMs }),
		credentialAccepted: rule.about === 'content',
		wedges: rule.wedges === true,
	};
}

export function accepted(answer: Answer): Judgement {
	return { answer, credentialAccepted: true, wedges: false };
}

/** Ids APNs makes itself are upper case (apns2 #95, apns4erl #141). */
export function serverMadeId(): string {
	return randomUUID().toUpperCase();
}

/** `apns-unique-id` was seen in lower case (apns2 #95). */
export function uniqueId(): string {
	return randomUUID();
}

/** Characters of bundle ids and topics ("CFBundleIdentifier": letters, digits, hyphen, period). */
export const isBundleId = (text: string): boolean => /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(text);
