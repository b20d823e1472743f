/** What APNs accepts and a device then ignores: each a hint for the user, none a reason not to send. */
import type { JsonObject } from './payload';
import { FieldProblem } from './problems';
import { type PayloadKind, pushTypeRow, pushTypeRows, type PushTypeRow } from './pushTypes';

/** What a push looks like before it goes out, as far as hints need it. */
export interface HintDraft {
	readonly topic?: string;
	readonly pushType?: string;
	/** UNIX seconds. */
	readonly expirationSeconds?: number;
	readonly payload: JsonObject;
	readonly trust: 'token' | 'certificate';
	readonly nowMs: number;
}

/** Keys of `aps` (Apple, "Generating a remote notification", "Starting and updating Live Activities", "Updating widgets"; Safari's `url-args`). Others are ignored. */
const apsKeys: ReadonlySet<string> = new Set([
	'alert',
	'badge',
	'sound',
	'thread-id',
	'category',
	'content-available',
	'mutable-content',
	'target-content-id',
	'interruption-level',
	'relevance-score',
	'filter-criteria',
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

/** Seconds beyond the year 5138 are milliseconds. */
const MILLISECONDS_FROM = 1e11;
const secondsKeys = ['timestamp', 'stale-date', 'dismissal-date'] as const;
const PAYLOAD = 'Payload';

function objectAt(payload: JsonObject, key: string): JsonObject | undefined {
	const value = payload[key];
	return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

function has(object: JsonObject | undefined, ...keys: readonly string[]): string[] {
	return object === undefined ? [] : keys.filter((key) => Object.hasOwn(object, key));
}

type Look = (payload: JsonObject, aps: JsonObject | undefined) => FieldProblem | undefined;

const hint = (problem: string, remedy: string): FieldProblem => new FieldProblem(PAYLOAD, problem, remedy);

/** What to look at in each kind of payload. */
const looks: Readonly<Record<PayloadKind, readonly Look[]>> = {
	alert: [
		(payload, aps) => {
			// Wallet passes are told by {}.
			if (Object.keys(payload).length === 0 || has(aps, 'alert', 'badge', 'sound', 'url-args').length > 0)
				return undefined;
			return has(aps, 'content-available').length > 0
				? hint('has content-available and nothing to show', 'Set Push Type to Background, or fill in Title or Body.')
				: hint(
						'has neither alert, badge nor sound: the device shows nothing',
						'Fill in Title or Body, Badge or Sound.',
					);
		},
	],
	background: [
		(payload, aps) => {
			if (aps?.['content-available'] === 1 || Object.keys(payload).length === 0) return undefined;
			return hint('lacks "content-available": 1 in aps: the app is not woken', 'Add "aps": {"content-available": 1}.');
		},
		(_payload, aps) => {
			const keys = has(aps, 'alert', 'badge', 'sound', 'mutable-content');
			return keys.length === 0
				? undefined
				: hint(
						`has ${keys.join(', ')} in aps, which a background push may not`,
						'Set Push Type to Alert, or remove these keys.',
					);
		},
	],
	liveActivity: [
		(_payload, aps) => {
			const missing = ['timestamp', 'event'].filter((key) => has(aps, key).length === 0);
			return missing.length === 0
				? undefined
				: hint(
						`lacks ${missing.join(' and ')} in aps: the activity ignores it`,
						'Add them, or choose the payload by fields.',
					);
		},
		(_payload, aps) => {
			const wrong = secondsKeys.filter((key) => typeof aps?.[key] === 'number' && aps[key] >= MILLISECONDS_FROM);
			return wrong.length === 0
				? undefined
				: hint(`has milliseconds in ${wrong.join(', ')}`, 'Give these times in seconds.');
		},
	],
	custom: [],
	fileProvider: [
		(payload) =>
			has(payload, 'container-identifier').length > 0
				? undefined
				: hint('lacks container-identifier', 'Name the container whose content changed.'),
	],
	mdm: [
		(payload) => {
			if (typeof payload.mdm !== 'string') return hint('lacks mdm, the push magic', 'Write {"mdm": "<PushMagic>"}.');
			return Object.keys(payload).length === 1
				? undefined
				: hint('holds more than mdm', 'An MDM push carries the push magic alone.');
		},
	],
	reload: [
		(_payload, aps) =>
			aps?.['content-changed'] === true
				? undefined
				: hint('lacks "content-changed": true in aps: nothing is reloaded', 'Add "aps": {"content-changed": true}.'),
	],
};

function apsKeyHint(aps: JsonObject | undefined): FieldProblem | undefined {
	const unknown = Object.keys(aps ?? {}).filter((key) => !apsKeys.has(key));
	if (unknown.length === 0) return undefined;
	return hint(
		`has keys in aps that devices ignore: ${unknown.slice(0, 5).join(', ')}`,
		'Put your own keys beside aps, and check the spelling of the others.',
	);
}

function topicHint(draft: HintDraft, row: PushTypeRow | undefined): FieldProblem | undefined {
	const { topic } = draft;
	if (topic === undefined || row === undefined) return undefined;
	const own = row.topicSuffix ?? '';
	// The longest suffix wins: `.voip-ptt` is not `.voip`.
	const other = pushTypeRows.find(
		({ topicSuffix = '', value }) =>
			topicSuffix !== '' && value !== row.value && topicSuffix !== own && topic.endsWith(topicSuffix),
	);
	if (other !== undefined && !(own !== '' && topic.endsWith(own))) {
		return new FieldProblem(
			'Topic',
			`ends in ${other.topicSuffix ?? ''}, which belongs to push type ${other.displayName}`,
			`Set Push Type to ${other.displayName}, or give the bare bundle id.`,
		);
	}
	if (row.topicSuffix === undefined && !topic.startsWith('com.apple.mgmt.')) {
		return new FieldProblem(
			'Topic',
			`is ${topic}; an MDM topic begins with com.apple.mgmt.`,
			'Give the UID of the MDM push certificate.',
		);
	}
	return undefined;
}

function expirationHint({ expirationSeconds, nowMs }: HintDraft): FieldProblem | undefined {
	if (expirationSeconds === undefined || expirationSeconds === 0 || expirationSeconds * 1_000 > nowMs) return undefined;
	return new FieldProblem(
		'Expiration',
		`${new Date(expirationSeconds * 1_000).toISOString()} has passed`,
		'Give a time to come, or 0 for one attempt without storage.',
	);
}

function trustHint(row: PushTypeRow | undefined, trust: HintDraft['trust']): FieldProblem | undefined {
	if (row === undefined || row.trust === 'any' || row.trust === trust) return undefined;
	return row.trust === 'token'
		? new FieldProblem(
				'Push Type',
				`${row.displayName} is described for signing keys only, and the credential is a certificate`,
				'Use a credential with a signing key (.p8).',
			)
		: new FieldProblem(
				'Push Type',
				`${row.displayName} is sent with a certificate in practice, and the credential is a signing key`,
				'Use the MDM push certificate.',
			);
}

/** All hints for one push, most useful first; empty when all is as Apple describes it. */
export function hintsFor(draft: HintDraft): FieldProblem[] {
	const row = draft.pushType === undefined ? undefined : pushTypeRow(draft.pushType);
	const aps = objectAt(draft.payload, 'aps');
	const found = [
		...(row === undefined ? [] : looks[row.payload].map((look) => look(draft.payload, aps))),
		apsKeyHint(aps),
		topicHint(draft, row),
		expirationHint(draft),
		trustHint(row, draft.trust),
	];
	return found.filter((problem) => problem !== undefined);
}
