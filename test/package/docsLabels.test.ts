/** The documents call fields, options and operations what the forms call them: every label in italics is one of theirs, or one of Apple's or n8n's own. */
import type { INodeProperties, INodePropertyCollection, INodePropertyOptions } from 'n8n-workflow';
import { ApnsApi } from '../../credentials/ApnsApi.credentials';
import { ApnsBroadcast } from '../../nodes/ApnsBroadcast/ApnsBroadcast.node';
import { ApnsSend } from '../../nodes/ApnsSend/ApnsSend.node';
import { documentNames, readDocument } from '../../tools/docs/tables';

type Entry = INodeProperties | INodePropertyOptions | INodePropertyCollection;

/** Every display name below a list of properties: fields, options, and what is in collections. */
function labels(entries: readonly Entry[]): string[] {
	return entries.flatMap((entry) => {
		const own = 'displayName' in entry ? entry.displayName : entry.name;
		const below = [...('options' in entry ? (entry.options ?? []) : []), ...('values' in entry ? entry.values : [])];
		return [own, ...labels(below)];
	});
}

const send = new ApnsSend().description;
const broadcast = new ApnsBroadcast().description;
const credential = new ApnsApi();
const known = new Set([
	...[send, broadcast, credential].flatMap(({ displayName, properties }) => [displayName, ...labels(properties)]),
	// n8n's own words.
	'Save',
	'Settings',
	'Retry On Fail',
	'On Error',
	'Continue',
	'Continue (using error output)',
	'Stop Workflow',
	'Stop',
	// Apple's, in the developer portal.
	'Apple Push Notifications service',
	'Broadcast Capability',
	'Enable Broadcast Capability',
	'Keys',
]);

/** Written for developers, who meet other words in italics too. */
const forDevelopers = ['docs/architecture.md', 'docs/connection-lifetime.md'];
const documents = documentNames().filter(
	(name) => (name === 'README.md' || name.startsWith('docs/')) && !forDevelopers.includes(name),
);

it.each(documents)('%s names fields and options as the forms do', (name) => {
	const prose = readDocument(name)
		.replace(/```[\s\S]*?```/g, '')
		.replace(/`[^`]*`/g, '');
	const named = [...prose.matchAll(/(?<![*\w])\*([A-Z][^*\n]*)\*(?!\*)/g)]
		.flatMap(([, label = '']) => label.split(' → '))
		.map((label) => label.trim());
	expect(named.filter((label) => !known.has(label))).toEqual([]);
});

it('finds the labels of a collection and of its options', () => {
	expect([...known]).toEqual(
		expect.arrayContaining(['Device Tokens', 'Options', 'Environment', 'Production', 'Get Many', 'Key ID']),
	);
});
