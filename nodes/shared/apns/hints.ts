/** What APNs accepts and a device then ignores: each a hint for the user, none a reason not to send. */
import { certificateExpiryHint } from './certificateChecks';
import { choice, field, type FieldText, text } from './fields';
import type { CertificateFacts } from './identity';
import type { JsonObject } from './payload';
import { alertApsKeys } from './payload/alertFields';
import { FieldProblem } from './problems';
import { type PayloadKind, pushTypeRow, pushTypeRows, type PushTypeRow } from './pushTypes';
import { MILLISECONDS_FROM } from './times';

/** What a push looks like before it goes out, as far as hints need it. */
export interface HintDraft {
	readonly topic?: string;
	readonly pushType?: string;
	/** UNIX seconds. */
	readonly expirationSeconds?: number;
	readonly payload: JsonObject;
	readonly trust: 'token' | 'certificate';
	/** The provider certificate, where there is one. */
	readonly certificate?: CertificateFacts;
	readonly nowMs: number;
}

/** Keys of `aps` (Apple, "Generating a remote notification", "Starting and updating Live Activities", "Updating widgets"; Safari's `url-args`). Others are ignored. */
const apsKeys: ReadonlySet<string> = new Set([
	...alertApsKeys,
	'stale-date',
	'content-state',
	'timestamp',
	'event',
	'dismissal-date',
	'attributes-type',
	'attributes',
	'input-push-token',
	'input-push-channel',
	'content-changed',
	'url-args',
	// Still in libraries and old examples; harmless.
	'summary-arg',
	'summary-arg-count',
]);

/** Keys of `aps` whose value devices read as a number only, and the switches among them, which are 1 or absent. */
const numberKeys = ['badge'] as const;
const switchKeys = ['content-available', 'mutable-content'] as const;

const secondsKeys = ['timestamp', 'stale-date', 'dismissal-date'] as const;

function objectAt(payload: JsonObject, key: string): JsonObject | undefined {
	const value = payload[key];
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function has(object: JsonObject | undefined, ...keys: readonly string[]): string[] {
	return object === undefined ? [] : keys.filter((key) => Object.hasOwn(object, key));
}

type PayloadCheck = (payload: JsonObject, aps: JsonObject | undefined) => FieldProblem | undefined;

const hint = (problem: string, remedy: FieldText): FieldProblem =>
	new FieldProblem('payload', 'ignored', problem, remedy);

/** An alert that shows nothing. */
function nothingToShow(payload: JsonObject, aps: JsonObject | undefined): FieldProblem | undefined {
	// Wallet passes are updated by {}.
	if (Object.keys(payload).length === 0 || has(aps, 'alert', 'badge', 'sound', 'url-args').length > 0) return undefined;
	return has(aps, 'content-available').length > 0
		? hint(
				'has content-available, but nothing to show',
				text`Set ${field('pushType')} to ${choice('pushType', 'background')}, or fill in ${field('title')} or ${field('body')}.`,
			)
		: hint(
				'has no alert, badge or sound, so the device shows nothing',
				text`Fill in ${field('title')}, ${field('body')}, ${field('badge')} or ${field('sound')}.`,
			);
}

function notSilent(_payload: JsonObject, aps: JsonObject | undefined): FieldProblem | undefined {
	const keys = has(aps, 'alert', 'badge', 'sound', 'mutable-content');
	return keys.length === 0
		? undefined
		: hint(
				`has ${keys.join(', ')} in aps, which a background push must not have`,
				text`Set ${field('pushType')} to ${choice('pushType', 'alert')}, or remove these keys.`,
			);
}

function notWoken(payload: JsonObject, aps: JsonObject | undefined): FieldProblem | undefined {
	if (Number(aps?.['content-available']) === 1 || Object.keys(payload).length === 0) return undefined;
	return hint(
		'has no "content-available": 1 in aps, so the app is not woken',
		'Add "aps": {"content-available": 1} to the payload.',
	);
}

function activityKeys(_payload: JsonObject, aps: JsonObject | undefined): FieldProblem | undefined {
	const missing = ['timestamp', 'event'].filter((key) => has(aps, key).length === 0);
	return missing.length === 0
		? undefined
		: hint(
				`has no ${missing.join(' and no ')} in aps, so the activity ignores it`,
				text`Add the missing keys, or set ${field('payloadType')} to ${choice('payloadType', 'fields')}.`,
			);
}

/** An end may come without a state; everything else needs one that the app can decode. */
function activityState(_payload: JsonObject, aps: JsonObject | undefined): FieldProblem | undefined {
	const state = aps === undefined ? undefined : objectAt(aps, 'content-state');
	if (aps === undefined || (state !== undefined && Object.keys(state).length > 0)) return undefined;
	if (aps.event === 'end' && !Object.hasOwn(aps, 'content-state')) return undefined;
	return hint(
		state === undefined
			? 'has no content-state, so the activity cannot be updated'
			: 'has an empty content-state, which the app can only decode if its ContentState has no required properties',
		"Fill in the content state with the properties of the app's ContentState.",
	);
}

function activityTimes(_payload: JsonObject, aps: JsonObject | undefined): FieldProblem | undefined {
	const wrong = secondsKeys.filter((key) => typeof aps?.[key] === 'number' && aps[key] >= MILLISECONDS_FROM);
	return wrong.length === 0
		? undefined
		: hint(`has milliseconds in ${wrong.join(', ')}`, 'Use seconds for these times.');
}

/** What is checked in each kind of payload. */
const checks: Readonly<Record<PayloadKind, readonly PayloadCheck[]>> = {
	alert: [nothingToShow],
	background: [notWoken, notSilent],
	liveActivity: [activityKeys, activityState, activityTimes],
	custom: [],
	fileProvider: [
		(payload) =>
			has(payload, 'container-identifier').length > 0
				? undefined
				: hint('has no container-identifier', 'Name the container whose content changed.'),
	],
	mdm: [
		(payload) => {
			if (typeof payload.mdm !== 'string')
				return hint('has no mdm key with the push magic', 'Use {"mdm": "<PushMagic>"} as the payload.');
			return Object.keys(payload).length === 1
				? undefined
				: hint('has more keys than mdm', 'Remove all other keys: an MDM push carries the push magic alone.');
		},
	],
	reload: [
		(_payload, aps) =>
			aps?.['content-changed'] === true
				? undefined
				: hint(
						'has no "content-changed": true in aps, so nothing is reloaded',
						'Add "aps": {"content-changed": true} to the payload.',
					),
	],
};

/** Numbers as text and switches as true or text: Apple documents numbers, and devices ignore the rest without a word. */
function typeHint(aps: JsonObject): FieldProblem | undefined {
	const notNumbers = numberKeys.filter((key) => Object.hasOwn(aps, key) && typeof aps[key] !== 'number');
	const notSwitches = switchKeys.filter((key) => Object.hasOwn(aps, key) && aps[key] !== 1 && aps[key] !== 0);
	const [first] = [...notNumbers, ...notSwitches];
	if (first === undefined) return undefined;
	const wrong = [...notNumbers, ...notSwitches].map((key) => `"${key}": ${JSON.stringify(aps[key]) ?? 'nothing'}`);
	return hint(
		`has ${wrong.join(' and ')} in aps, which devices may ignore`,
		notNumbers.length > 0 ? 'Use numbers without quotes.' : `Use "${first}": 1.`,
	);
}

function apsKeyHint(aps: JsonObject): FieldProblem | undefined {
	const unknown = Object.keys(aps).filter((key) => !apsKeys.has(key));
	if (unknown.length === 0) return undefined;
	return hint(
		`has keys in aps that devices ignore: ${unknown.slice(0, 5).join(', ')}`,
		'Move your own keys out of aps, and check the spelling of the others.',
	);
}

function topicHint(draft: HintDraft, row: PushTypeRow | undefined): FieldProblem | undefined {
	const { topic } = draft;
	if (topic === undefined || row === undefined) return undefined;
	// One at most: no suffix ends in another.
	const owner = pushTypeRows.find(({ topicSuffix = '' }) => topicSuffix !== '' && topic.endsWith(topicSuffix));
	if (owner !== undefined && owner !== row) {
		return new FieldProblem(
			'topic',
			'mismatch',
			`ends in ${owner.topicSuffix ?? ''}, which belongs to push type ${owner.displayName}`,
			text`Set ${field('pushType')} to ${choice('pushType', owner.value)}, or use the bundle ID without a suffix.`,
		);
	}
	if (row.topicSuffix === undefined && !topic.startsWith('com.apple.mgmt.')) {
		return new FieldProblem(
			'topic',
			'unusual',
			`is ${topic}, which does not start with com.apple.mgmt as MDM topics do`,
			'Use the user ID (UID) from the subject of the MDM push certificate.',
		);
	}
	return undefined;
}

function expirationHint(
	{ expirationSeconds, nowMs }: HintDraft,
	row: PushTypeRow | undefined,
): FieldProblem | undefined {
	if (expirationSeconds === undefined && row?.ephemeral === true)
		return new FieldProblem(
			'expiration',
			'missing',
			`is not set, so APNs may deliver this ${row.displayName} push much too late`,
			text`Set ${field('expiration')} to 0 or to a few seconds from now.`,
		);
	if (expirationSeconds === undefined || expirationSeconds === 0 || expirationSeconds * 1_000 > nowMs) return undefined;
	return new FieldProblem(
		'expiration',
		'passed',
		`is ${new Date(expirationSeconds * 1_000).toISOString()}, which is in the past`,
		'Use a time in the future, or 0 for one delivery attempt without storage.',
	);
}

function trustHint(row: PushTypeRow | undefined, trust: HintDraft['trust']): FieldProblem | undefined {
	if (row === undefined || row.trust === 'any' || row.trust === trust) return undefined;
	return row.trust === 'token'
		? new FieldProblem(
				'pushType',
				'unusual',
				`is ${row.displayName}, which Apple documents for signing keys only, but the credential has a certificate`,
				'Use a credential with a signing key (.p8).',
			)
		: new FieldProblem(
				'pushType',
				'unusual',
				`is ${row.displayName}, which usually requires a certificate, but the credential has a signing key`,
				'Use a credential with the MDM push certificate.',
			);
}

/** One id for several pushes: APNs takes it, and then nobody can say which device an answer or a log line is about. */
export function sharedApnsIdHint(): FieldProblem {
	return new FieldProblem(
		'apnsId',
		'unusual',
		'is the same for several pushes, so they cannot be identified by it',
		text`Remove ${field('apnsId')} to let APNs create an ID for each push, or use an expression that is unique to each device.`,
	);
}

/** All hints for one push, most useful first; empty when all is as Apple describes it. */
export function hintsFor(draft: HintDraft): FieldProblem[] {
	const row = draft.pushType === undefined ? undefined : pushTypeRow(draft.pushType);
	const aps = objectAt(draft.payload, 'aps');
	const found = [
		...(row === undefined ? [] : checks[row.payload].map((check) => check(draft.payload, aps))),
		typeHint(aps ?? {}),
		apsKeyHint(aps ?? {}),
		topicHint(draft, row),
		expirationHint(draft, row),
		trustHint(row, draft.trust),
		draft.certificate === undefined ? undefined : certificateExpiryHint(draft.certificate, draft.nowMs),
	];
	return found.filter((problem) => problem !== undefined);
}
