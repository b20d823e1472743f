/** An alert field is declared once: its row alone puts it into the form, the payload, the hints and the words of messages. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { INodeProperties } from 'n8n-workflow';
import { properties } from '../../../nodes/ApnsSend/properties';
import { field, fieldIds, plainText } from '../../../nodes/shared/apns/fields';
import { hintsFor } from '../../../nodes/shared/apns/hints';
import { alertPayload } from '../../../nodes/shared/apns/payload/alert';
import { type AlertFieldRow, alertFieldRows, type AlertFields } from '../../../nodes/shared/apns/payload/alertFields';
import { wordsFor } from '../../../nodes/shared/n8n/fieldWords';
import { alertValueOf } from '../../../nodes/shared/n8n/values';

/** What a user may enter for each type, and what goes out. */
const samples: Readonly<Record<AlertFieldRow['type'], readonly [entered: unknown, sent: unknown]>> = {
	prose: [' Words ', ' Words '],
	text: [' word ', 'word'],
	texts: ['one\ntwo', ['one', 'two']],
	whole: ['7', 7],
	fraction: ['0.5', 0.5],
	number: ['-3', -3],
	flag: ['true', 1],
	choice: ['passive', 'passive'],
};

const members = ({ options = [] }: INodeProperties): INodeProperties[] =>
	options.filter((option): option is INodeProperties => 'displayName' in option && 'type' in option);
const shownFor = (property: INodeProperties): boolean =>
	property.displayOptions?.show?.pushType?.includes('alert') === true;
const collections: Readonly<Record<AlertFieldRow['group'], readonly INodeProperties[]>> = {
	main: properties.filter(shownFor),
	additional: properties.filter((one) => one.name === 'additionalFields' && shownFor(one)).flatMap(members),
	localization: properties.filter((one) => one.name === 'localization' && shownFor(one)).flatMap(members),
};

/** The payload with this field alone; what it only stands with, such as a critical sound, is added. */
function payloadWith(row: AlertFieldRow): Record<string, Record<string, unknown>> {
	const entered = Object.fromEntries([[row.id, alertValueOf(row, samples[row.type][0])]]) as AlertFields;
	return alertPayload(row.place === 'sound' ? { criticalSound: true, ...entered } : entered) as Record<
		string,
		Record<string, unknown>
	>;
}

describe.each(alertFieldRows)('$id', (row) => {
	it('stands in the form once, in its group, under its name', () => {
		const found = collections[row.group].filter(({ name }) => name === row.id);
		expect(found.map(({ displayName }) => displayName)).toEqual([row.displayName]);
	});

	it('goes out under its key', () => {
		const { aps = {} } = payloadWith(row);
		const at = row.place === 'aps' ? aps : (aps[row.place] as Record<string, unknown>);
		expect(at[row.key]).toEqual(samples[row.type][1]);
	});

	it('is no key that devices ignore', () => {
		const hints = hintsFor({ pushType: 'alert', payload: payloadWith(row), trust: 'token', nowMs: 0 });
		expect(hints.filter(({ message }) => message.includes('keys in aps'))).toEqual([]);
	});

	it('is named in messages, with and without a form', () => {
		expect(fieldIds).toContain(row.id);
		expect(wordsFor([field(row.id)])).toBe(`'${row.displayName}'`);
		expect(plainText([field(row.id)]).toLowerCase()).toBe(row.displayName.toLowerCase());
	});
});

/** Fields that other code treats in a way of its own, and where. */
const special: Readonly<Record<string, readonly string[]>> = {
	// Live Activities have an alert of their own shape.
	'apns/payload/liveActivity.ts': [
		'title',
		'body',
		'titleLocKey',
		'titleLocArgs',
		'locKey',
		'locArgs',
		'sound',
		'relevanceScore',
	],
	'n8n/liveActivityFields.ts': ['title', 'body', 'sound', 'relevanceScore'],
	// A critical sound is a dictionary around the sound.
	'apns/payload/alert.ts': ['sound', 'criticalSound'],
	// What an alert may consist of alone.
	'apns/hints.ts': ['title', 'body', 'badge', 'sound'],
	// Names of parameters that a Live Activity's alert shares.
	'n8n/fieldWords.ts': ['title', 'body'],
};

it('is named in no other file of the product', () => {
	const root = path.resolve(__dirname, '../../../nodes');
	const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
	for (const file of files) {
		if (file.endsWith('alertFields.ts')) continue;
		const text = readFileSync(path.join(root, file), 'utf8');
		const named = alertFieldRows.filter(({ id }) => text.includes(`'${id}'`)).map(({ id }) => id);
		const allowed = special[file.replace(/^shared\//, '')] ?? [];
		expect([file, named.filter((id) => !allowed.includes(id))]).toEqual([file, []]);
	}
});
