/** Options that every request has, as fields of both nodes and as the client takes them. */
import type { INodeProperties } from 'n8n-workflow';
import type { RequestOptions } from '../client/apnsClient';
import { defaults } from '../client/defaults';
import { choiceNames, labels } from './fieldWords';
import { wholeBetween } from './values';

/** Longest timer Node has, in seconds. */
const MAX_TIMEOUT_SECONDS = 2_147_483;
const DEFAULT_TIMEOUT_SECONDS = defaults.timeoutMs / 1_000;
/** Chosen: with 15 minutes between tries an execution stays open for two and a half hours at most. */
const MAX_RETRIES = 10;

/** Which environment: `description` says what belongs to it. */
export function environmentOption(description: string): INodeProperties {
	return {
		displayName: labels.environment,
		name: 'environment',
		type: 'options',
		options: [
			{ name: 'As in Credential', value: '' },
			{ name: choiceNames.environment.development, value: 'development', description: 'Apps installed from Xcode' },
			{
				name: choiceNames.environment.production,
				value: 'production',
				description: 'Apps from TestFlight and the App Store',
			},
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
		description: `What to do if the ${what} was sent but no answer arrived`,
	};
}

export const retriesOption: INodeProperties = {
	displayName: labels.retries,
	name: 'retries',
	type: 'number',
	typeOptions: { minValue: 0, maxValue: MAX_RETRIES },
	default: 2,
	description:
		'How many times to send again if APNs is unavailable or receives too many requests. The node waits as long as APNs asks, or 15 minutes if APNs is unavailable. Without this option, it only sends again after too many requests, up to two times.',
};

export const timeoutOption: INodeProperties = {
	displayName: labels.timeout,
	name: 'timeout',
	type: 'number',
	typeOptions: { minValue: 1 },
	default: DEFAULT_TIMEOUT_SECONDS,
	description: 'How long to wait for each answer',
};

/** The members of Options that the client takes. Throws `FieldProblem`. */
export function readRequestOptions(option: (name: string) => unknown): RequestOptions {
	const retries = wholeBetween('retries', option('retries'), 0, MAX_RETRIES);
	return {
		timeoutMs: (wholeBetween('timeout', option('timeout'), 1, MAX_TIMEOUT_SECONDS) ?? DEFAULT_TIMEOUT_SECONDS) * 1_000,
		onUnknown: option('onUnknown') === 'sendAgain' ? 'sendAgain' : 'report',
		...(retries === undefined ? {} : { retries }),
	};
}
