/** What the forms call the fields that problems and advice name by id: the only place where both are known. */
import { storagePolicyRows } from '../apns/channels';
import { type FieldId, type FieldReference, type FieldText, fillIn } from '../apns/fields';
import { type AlertFieldId, alertFieldRows } from '../apns/payload/alertFields';
import { type FieldProblem, sentenceOf } from '../apns/problems';
import { pushTypeRows } from '../apns/pushTypes';
import type { MarkedText } from '../outcome';

/** Labels of the fields whose declaration is a row of a table. */
const alertLabels = Object.fromEntries(alertFieldRows.map(({ id, displayName }) => [id, displayName])) as Readonly<
	Record<AlertFieldId, string>
>;

/** Display names by id, which the properties of both nodes and of the credential take from here. */
export const labels = {
	...alertLabels,
	alertBody: 'Alert Body',
	alertTitle: 'Alert Title',
	apnsId: 'APNs ID',
	attributes: 'Attributes',
	attributesType: 'Attributes Type',
	authentication: 'Authentication',
	bundleId: 'Bundle ID',
	caBundle: 'CA Bundle',
	certificate: 'Certificate',
	certificateKey: 'Certificate Key',
	channelId: 'Channel',
	collapseId: 'Collapse ID',
	containerIdentifier: 'Container Identifier',
	contentState: 'Content State',
	customData: 'Custom Data',
	data: 'Data',
	dismissalDate: 'Dismissal Date',
	domain: 'Domain',
	environment: 'Environment',
	event: 'Event',
	expiration: 'Expiration',
	host: 'Host',
	identityFormat: 'Certificate Format',
	inputPushChannel: 'Subscribe to Channel',
	inputPushToken: 'Request Update Token',
	keyId: 'Key ID',
	limit: 'Limit',
	managementHost: 'Management Host',
	managementPort: 'Management Port',
	maxConnections: 'Max Connections',
	maxInFlight: 'Max Pushes in Flight',
	operation: 'Operation',
	p12Secret: 'PKCS#12 File (Base64)',
	passphrase: 'Passphrase',
	payloadJson: 'JSON',
	payloadType: 'Specify Payload',
	port: 'Port',
	priority: 'Priority',
	privateKey: 'Private Key',
	proxyUrl: 'Proxy URL',
	pushMagic: 'Push Magic',
	pushType: 'Push Type',
	recipients: 'Device Tokens',
	requestId: 'Request ID',
	retries: 'Retries',
	staleDate: 'Stale Date',
	storagePolicy: 'Message Storage',
	teamId: 'Team ID',
	timeout: 'Timeout (Seconds)',
	timestamp: 'Timestamp',
	topic: 'Topic',
} as const satisfies Readonly<Record<FieldId, string>>;

/** Parameters whose name is not the id: a Live Activity's alert shares its parameters with the alert of other pushes. */
const parameters: Partial<Record<FieldId, string>> = { alertBody: 'body', alertTitle: 'title' };

/** Names of the choices that texts refer to, by field and value. */
export const choiceNames = {
	authentication: { token: 'Signing Key (.p8)', certificate: 'Certificate' },
	environment: { production: 'Production', development: 'Development' },
	event: { start: 'Start', update: 'Update', end: 'End' },
	identityFormat: { pem: 'PEM', p12: 'PKCS#12 (.p12)' },
	payloadType: { fields: 'Using Fields Below', json: 'Using JSON' },
	pushType: Object.fromEntries(pushTypeRows.map(({ value, displayName }) => [value, displayName])),
	storagePolicy: Object.fromEntries(storagePolicyRows.map(({ value, displayName }) => [value, displayName])),
} as const satisfies Partial<Record<FieldId, Readonly<Record<string, string>>>>;

/** Name of the parameter that holds a field. */
export function parameterOf(id: FieldId): string {
	return parameters[id] ?? id;
}

function choiceName(id: FieldId, value: string): string {
	const names: Partial<Record<FieldId, Readonly<Record<string, string>>>> = choiceNames;
	return names[id]?.[value] ?? value;
}

function nameOf({ field, choice }: FieldReference): string {
	return choice === undefined ? `'${labels[field]}'` : choiceName(field, choice);
}

/** A text as the user of a form reads it: fields in single quotes, choices by their names. */
export function wordsFor(text: FieldText): string {
	return fillIn(text, nameOf);
}

function isField(id: string): id is FieldId {
	return Object.hasOwn(labels, id);
}

/** A marked text of a layer that knows no fields, as the user of a form reads it. */
export function wordsForMarked(text: MarkedText): string {
	if (typeof text === 'string') return text;
	return text
		.map((part) => {
			if (typeof part === 'string') return part;
			const { field, choice } = part;
			if (!isField(field)) return choice ?? field;
			return nameOf(choice === undefined ? { field } : { field, choice });
		})
		.join('');
}

/** What happened and what to do, as sentences. */
export interface Words {
	readonly message: string;
	readonly advice: string;
}

/** A problem as the user of a form reads it. */
export function wordsOf(problem: FieldProblem): Words {
	return { message: wordsFor(sentenceOf(problem)), advice: wordsFor(problem.remedy) };
}
