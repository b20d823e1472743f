/** The fields that problems and advice name, by id, and texts that refer to them without knowing a form. */
import { type AlertFieldId, alertFieldRows } from './payload/alertFields';

/**
 * Every field by its parameter's name, with a plain noun for programs that have no form; those of alerts are rows of a table
 * of their own. What a form calls the field is known to `n8n/fieldWords.ts` alone.
 */
const ownNouns = {
	alertBody: 'alert body',
	alertTitle: 'alert title',
	apnsId: 'APNs ID',
	attributes: 'attributes',
	attributesType: 'attributes type',
	authentication: 'authentication',
	bundleId: 'bundle ID',
	caBundle: 'CA bundle',
	certificate: 'certificate',
	certificateKey: 'certificate key',
	channelId: 'channel',
	collapseId: 'collapse ID',
	containerIdentifier: 'container identifier',
	contentState: 'content state',
	customData: 'custom data',
	data: 'data',
	dismissalDate: 'dismissal date',
	domain: 'domain',
	environment: 'environment',
	event: 'event',
	expiration: 'expiration',
	host: 'host',
	identityFormat: 'certificate format',
	inputPushChannel: 'channel to subscribe to',
	inputPushToken: 'request for an update token',
	keyId: 'key ID',
	limit: 'limit',
	managementHost: 'management host',
	managementPort: 'management port',
	maxConnections: 'maximum number of connections',
	maxInFlight: 'maximum number of pushes in flight',
	operation: 'operation',
	p12Secret: 'PKCS#12 file',
	passphrase: 'passphrase',
	payloadJson: 'JSON payload',
	payloadType: 'kind of payload',
	port: 'port',
	priority: 'priority',
	privateKey: 'private key',
	proxyUrl: 'proxy URL',
	pushMagic: 'push magic',
	pushType: 'push type',
	recipients: 'device tokens',
	requestId: 'request ID',
	retries: 'retries',
	staleDate: 'stale date',
	storagePolicy: 'message storage',
	teamId: 'team ID',
	timeout: 'timeout',
	timestamp: 'timestamp',
	topic: 'topic',
} as const;

export type FieldId = keyof typeof ownNouns | AlertFieldId;

/** A display name inside a sentence: `Thread ID` becomes `thread ID`. */
function nounOf(displayName: string): string {
	return displayName.replace(/[A-Z](?=[a-z])/g, (letter) => letter.toLowerCase());
}

// `Object.fromEntries` forgets the keys; every id has a row, since the ids are made of the rows.
const alertNouns = Object.fromEntries(
	alertFieldRows.map(({ id, displayName }) => [id, nounOf(displayName)]),
) as Readonly<Record<AlertFieldId, string>>;
const nouns: Readonly<Record<FieldId, string>> = { ...ownNouns, ...alertNouns };

/** What a problem is about: a field, or the payload as a whole, to which several fields contribute. */
export type Subject = FieldId | 'payload';

/** All ids, for tests that look each one up in the forms. */
export const fieldIds: readonly FieldId[] = Object.keys(nouns).filter((id): id is FieldId => id in nouns);

/** A field inside a text, or one of the choices it offers. */
export interface FieldReference {
	readonly field: FieldId;
	/** The value of the choice, as the parameter holds it. */
	readonly choice?: string;
}

/** A sentence or part of one; references to fields get their names where the text is shown. */
export type FieldText = string | ReadonlyArray<string | FieldReference>;

/** Refers to a field. */
export function field(id: FieldId): FieldReference {
	return { field: id };
}

/** Refers to a choice of a field, by its value. */
export function choice(id: FieldId, value: string): FieldReference {
	return { field: id, choice: value };
}

/** A text with references: text`Fill in ${field('topic')}.` */
export function text(
	strings: TemplateStringsArray,
	...values: ReadonlyArray<string | number | FieldReference>
): FieldText {
	return strings.flatMap((string, at) => {
		const value = values[at];
		return value === undefined ? [string] : [string, typeof value === 'number' ? String(value) : value];
	});
}

/** The text with every reference replaced by what `nameOf` gives for it. */
export function fillIn(fieldText: FieldText, nameOf: (reference: FieldReference) => string): string {
	if (typeof fieldText === 'string') return fieldText;
	return fieldText.map((part) => (typeof part === 'string' ? part : nameOf(part))).join('');
}

/** What a subject is called where there is no form. */
export function plainName(subject: Subject): string {
	return subject === 'payload' ? 'payload' : nouns[subject];
}

/** The text for programs that have no form. */
export function plainText(fieldText: FieldText): string {
	return fillIn(fieldText, ({ field: id, choice: value }) => value ?? nouns[id]);
}
