/** Every text of the forms and of the problems held against n8n's UX guidelines, as far as a program can. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { ApnsApi } from '../../credentials/ApnsApi.credentials';
import { properties as broadcastProperties } from '../../nodes/ApnsBroadcast/properties';
import { properties as sendProperties } from '../../nodes/ApnsSend/properties';
import { type FieldReference, fieldIds, type FieldText } from '../../nodes/shared/apns/fields';
import { reasonRows } from '../../nodes/shared/apns/reasons';
import { choiceNames, labels, parameterOf, wordsFor } from '../../nodes/shared/n8n/fieldWords';

type Member = INodeProperties | INodePropertyOptions | INodePropertyCollection;

const isProperty = (member: Member): member is INodeProperties => 'type' in member && 'displayName' in member;
const isOption = (member: Member): member is INodePropertyOptions => 'value' in member;

/** All fields of a form, those of its collections included. */
function allFields(properties: readonly INodeProperties[]): INodeProperties[] {
	return properties.flatMap((property) => [property, ...allFields((property.options ?? []).filter(isProperty))]);
}

const credentialFields = new ApnsApi().properties;
const forms = {
	'APNs API': allFields(credentialFields),
	'APNs Send': allFields(sendProperties),
	'APNs Broadcast': allFields(broadcastProperties),
} as const;
const fields = Object.entries(forms).flatMap(([form, list]) =>
	list.map((property) => [`${form}: ${property.displayName} (${property.name})`, property] as const),
);
const optionsOf = (property: INodeProperties): INodePropertyOptions[] => (property.options ?? []).filter(isOption);
const choices = fields.flatMap(([name, property]) =>
	optionsOf(property).map((option) => [`${name} → ${option.name}`, option] as const),
);

/** Words n8n writes small inside a title. */
const SMALL = new Set([
	'a',
	'an',
	'and',
	'as',
	'at',
	'by',
	'for',
	'from',
	'in',
	'of',
	'on',
	'or',
	'per',
	'the',
	'to',
	'with',
]);
function isTitleCase(text: string): boolean {
	return text
		.split(/[\s(]+/)
		.every((word, at) => word === '' || (at > 0 && SMALL.has(word)) || /^[A-Z0-9.]/.test(word) || word === 'p8)');
}

/** More than one sentence: a full stop inside that is not part of a name, a file or an abbreviation. */
const isSeveral = (text: string): boolean => /[.:] [A-Z]/.test(text) && /\. [A-Z]/.test(text);

it.each(fields)('%s has a display name in title case', (_name, { displayName }) => {
	expect(isTitleCase(displayName)).toBe(true);
});

it.each(choices)('%s has a name in title case', (_name, { name }) => {
	expect(isTitleCase(name)).toBe(true);
});

const described = [...fields, ...choices].filter(([, { description }]) => description !== undefined);
it.each(described)(
	'%s ends its description with a full stop only when it has several sentences',
	(_name, { description = '' }) => {
		expect(description.endsWith('.')).toBe(isSeveral(description));
		expect(description).toMatch(/^[A-Z0-9"]/);
	},
);

it.each(fields.filter(([, { type }]) => type === 'boolean'))('%s begins with Whether', (_name, { description }) => {
	expect(description).toMatch(/^Whether /);
});

it.each(fields.filter(([, { type, placeholder }]) => placeholder !== undefined && type !== 'collection'))(
	'%s has a placeholder that begins with e.g.',
	(_name, { placeholder }) => {
		expect(placeholder).toMatch(/^e\.g\. /);
	},
);

it.each(fields.filter(([, { type }]) => type === 'collection'))(
	'%s lists its fields in alphabetical order',
	(_name, property) => {
		const names = (property.options ?? []).filter(isProperty).map(({ displayName }) => displayName);
		expect(names).toEqual([...names].sort((a, b) => a.localeCompare(b)));
	},
);

it('has no list of more than twenty fields', () => {
	for (const [name, { type, options = [] }] of fields)
		if (type === 'collection') expect([name, options.length <= 20]).toEqual([name, true]);
});

it.each(sendProperties.concat(broadcastProperties).filter(({ name }) => name === 'resource' || name === 'operation'))(
	'takes no expression for $name',
	({ noDataExpression }) => {
		expect(noDataExpression).toBe(true);
	},
);

it.each(
	sendProperties
		.concat(broadcastProperties)
		.flatMap(optionsOf)
		.filter(({ action }) => action !== undefined),
)('names the action "$action" in sentence case, without an article', ({ action = '' }) => {
	expect(action).toMatch(/^[A-Z][a-z]+ [a-zA-Z ]+$/);
	expect(action).not.toMatch(/\b(?:a|an|the)\b/);
});

describe('a field that a problem or advice names', () => {
	it.each(fieldIds)('%s stands in a form under that label', (id) => {
		const found = Object.values(forms)
			.flat()
			.filter(({ name }) => name === parameterOf(id));
		expect(found.map(({ displayName }) => displayName)).toContain(labels[id]);
	});

	it.each(
		Object.entries(choiceNames).flatMap(([id, names]) =>
			Object.entries(names).map(([value, name]) => [id, value, name] as const),
		),
	)('%s offers %s as %s', (id, value, name) => {
		const found = Object.values(forms)
			.flat()
			.filter((property) => property.name === id)
			.flatMap(optionsOf);
		expect(found.filter((option) => option.value === value).map((option) => option.name)).toContain(name);
	});
});

const isReference = (part: string | FieldReference): part is FieldReference => typeof part !== 'string';
const referencesOf = (text: FieldText): FieldReference[] => (typeof text === 'string' ? [] : text.filter(isReference));
/** Reasons the provider API gives for channels and broadcasts (Apple, "Handling error responses from APNs"), and those of any request. */
const onlyDevices = new Set([
	'BadCollapseId',
	'BadDeviceToken',
	'DeviceTokenNotForTopic',
	'ExpiredToken',
	'Unregistered',
]);

it.each(reasonRows.filter(({ reason }) => !onlyDevices.has(reason)))(
	'advises for $reason of a channel with fields that APNs Broadcast has',
	({ advice, channelAdvice }) => {
		const known = new Set([...forms['APNs Broadcast'], ...forms['APNs API']].map(({ name }) => name));
		for (const { field } of referencesOf(channelAdvice ?? advice)) expect(known).toContain(parameterOf(field));
	},
);

it.each(reasonRows.filter(({ scope }) => scope !== 'channel'))(
	'advises for $reason of a device with fields that APNs Send has',
	({ advice }) => {
		const known = new Set([...forms['APNs Send'], ...forms['APNs API']].map(({ name }) => name));
		for (const { field } of referencesOf(advice)) expect(known).toContain(parameterOf(field));
	},
);

describe('what people read when something goes wrong', () => {
	it.each(reasonRows)('$reason is told in whole sentences, without words that blame', ({ meaning, advice }) => {
		for (const text of [meaning, wordsFor(advice)]) {
			expect(text).toMatch(/^['A-Z].*\.$/s);
			expect(text).not.toMatch(/\b(?:error|problem|failure|mistake)\b/i);
		}
	});

	/** Phrases nobody says, found in earlier texts. */
	const banned =
		/telling the person|stands in the|on from 0|from 0 on|a time to come|Nothing is to be done|holds (?:characters|a key|no )|their own fields|Empty for now|empty for (?:the|Apple)|the person|put it into the credential|duplicates of/;
	const sources = (folder: string): string[] =>
		readdirSync(folder, { recursive: true, withFileTypes: true })
			.filter((file) => file.isFile() && file.name.endsWith('.ts'))
			.map((file) => path.join(file.parentPath, file.name));
	const root = path.resolve(__dirname, '../..');
	const files = ['nodes/ApnsSend', 'nodes/ApnsBroadcast', 'nodes/shared/apns', 'nodes/shared/n8n', 'credentials'];

	it.each(files.flatMap((folder) => sources(path.join(root, folder))).map((file) => [path.relative(root, file)]))(
		'%s has no phrase that is not English',
		(file) => {
			const strings =
				readFileSync(path.join(root, file), 'utf8').match(/'(?:[^'\\\n]|\\.)*'|`[^`]*`|"(?:[^"\\\n]|\\.)*"/g) ?? [];
			for (const string of strings) expect(string).not.toMatch(banned);
		},
	);

	it('knows no label of the form below shared/n8n', () => {
		const label = new RegExp(
			`'(?:${Object.values(labels)
				.filter((name) => name.includes(' '))
				.map((name) => name.replace(/[()#]/g, '\\$&'))
				.join('|')})'`,
		);
		// Rows that declare fields, and the nouns for programs without a form.
		const tables = new Set(['alertFields.ts', 'fields.ts']);
		for (const file of sources(path.join(root, 'nodes/shared/apns')))
			if (!tables.has(path.basename(file)))
				expect([file, label.exec(readFileSync(file, 'utf8'))?.[0]]).toEqual([file, undefined]);
	});
});
