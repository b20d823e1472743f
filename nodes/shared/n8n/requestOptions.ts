/** Options that every request has, as fields of both nodes and as the client takes them. */
import type { INodeProperties } from 'n8n-workflow';
import type { RequestOptions } from '../client/apnsClient';
import { wholeBetween } from './values';

/** Longest timer Node has, in seconds. */
const MAX_TIMEOUT_SECONDS = 2_147_483;
const DEFAULT_TIMEOUT_SECONDS = 30;
const MAX_RETRIES = 10;

/** Which environment: `description` says what lives there. */
export function environmentOption(description: string): INodeProperties {
	return {
		displayName: 'Environment',
		name: 'environment',
		type: 'options',
		options: [
			{ name: 'As in Credential', value: '' },
			{ name: 'Development', value: 'development', description: 'Apps that Xcode installed' },
			{ name: 'Production', value: 'production', description: 'Apps from TestFlight and the App Store' },
		],
		default: '',
		description,
	};
}

/** What to do about a lost answer; the descriptions say what that means for the caller. */
export function unknownOption(what: string, report: string, sendAgain: string): INodeProperties {
	return {
		displayName: 'If No Answer Comes',
		name: 'onUnknown',
		type: 'options',
		options: [
			{ name: 'Report as Unknown', value: 'report', description: report },
			{ name: 'Send Again', value: 'sendAgain', description: sendAgain },
		],
		default: 'report',
		description: `What to do when the ${what} left but its answer was lost`,
	};
}

export const retriesOption: INodeProperties = {
	displayName: 'Retries',
	name: 'retries',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: MAX_RETRIES },
	default: 2,
	description:
		'How often to send again after a server error of APNs (as APNs asks, else after 15 minutes) or too many requests. Without this option: never, and twice.',
};

export const timeoutOption: INodeProperties = {
	displayName: 'Timeout (Seconds)',
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_TIMEOUT_SECONDS,
	description: 'How long to wait for each answer',
};

/** The members of Options that the client takes. Throws `FieldProblem`. */
export function readRequestOptions(option: (name: string) => unknown): RequestOptions {
	const retries = wholeBetween('Retries', option('retries'), 0, MAX_RETRIES);
	return {
		timeoutMs:
			(wholeBetween('Timeout (Seconds)', option('timeout'), 1, MAX_TIMEOUT_SECONDS) ?? DEFAULT_TIMEOUT_SECONDS) * 1_000,
		onUnknown: option('onUnknown') === 'sendAgain' ? 'sendAgain' : 'report',
		...(retries === undefined ? {} : { retries }),
	};
}
