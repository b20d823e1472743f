/** A push type is declared once: its row alone puts it into the form, the headers and the checks. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type INodeParameters, type INodeProperties, NodeHelpers } from 'n8n-workflow';
import { ApnsSend } from '../../../nodes/ApnsSend/ApnsSend.node';
import { readPayload } from '../../../nodes/ApnsSend/payload';
import { checkPriority, checkNotification } from '../../../nodes/shared/apns/validate';
import { type PushTypeRow, pushTypeRow, pushTypeRows, topicFor } from '../../../nodes/shared/apns/pushTypes';

const { description } = new ApnsSend();

/** The fields n8n shows for these values, by label. */
function shown(values: INodeParameters): string[] {
	const whole = { operation: 'send', payloadType: 'fields', ...values };
	return description.properties
		.filter((property: INodeProperties) => NodeHelpers.displayParameter(whole, property, null, description))
		.map(({ displayName }) => displayName);
}

const pushTypeField = description.properties.find(({ name }) => name === 'pushType');

describe.each(pushTypeRows.map((row): [string, PushTypeRow] => [row.value, row]))('%s', (value, row) => {
	it('is offered once, under its name', () => {
		const offered = (pushTypeField?.options ?? []).filter((option) => 'value' in option && option.value === value);
		expect(offered).toEqual([{ name: row.displayName, value, description: row.description }]);
	});

	it('has a payload that its fields make', () => {
		const empty: Readonly<Record<string, unknown>> = {
			contentState: '{"a":1}',
			event: 'update',
			pushMagic: 'magic',
			containerIdentifier: 'c',
			title: 'T',
		};
		const context = {
			read: (name: string, _item: number, otherwise: unknown) => empty[name] ?? otherwise,
			timeZone: undefined,
			nowMs: 0,
		};
		expect(readPayload(context, 0, value, pushTypeRow(value))).toEqual(expect.any(Object));
	});

	it('gets its suffix once, allows its priorities alone, and carries as much as it says', () => {
		const suffix = row.topicSuffix ?? '';
		expect(topicFor('com.example.app', row)).toBe(`com.example.app${suffix}`);
		expect(topicFor(`com.example.app${suffix}`, row)).toBe(`com.example.app${suffix}`);
		for (const priority of [1, 5, 10]) {
			const check = (): void => checkPriority(priority, value);
			if (row.priorities.includes(priority)) expect(check).not.toThrow();
			else expect(check).toThrow(row.displayName);
		}
		const push = (bytes: number) => (): void =>
			void checkNotification({
				deviceToken: 'ab'.repeat(32),
				topic: 'com.example.app',
				pushType: value,
				payload: Buffer.alloc(bytes, 0x20),
			});
		expect(push(row.maxPayloadBytes)).not.toThrow();
		expect(push(row.maxPayloadBytes + 1)).toThrow();
	});
});

it('shows one field for the parameter that two labels share, also where an expression decides', () => {
	expect(shown({ pushType: 'voip' })).toContain('Data');
	expect(shown({ pushType: 'voip' })).not.toContain('JSON');
	expect(shown({ pushType: '={{ $json.type }}', payloadType: 'json' })).toContain('JSON');
	expect(shown({ pushType: '={{ $json.type }}', payloadType: 'json' })).not.toContain('Data');
});

it('has no rule that n8n evaluates as a regular expression: those have a time limit, and a busy machine exceeds it', () => {
	expect(JSON.stringify(description.properties)).not.toContain('"regex"');
});

it('shows no field of a push to another operation', () => {
	expect(shown({ operation: 'checkConnection', pushType: 'voip' })).not.toContain('Data');
});

/** Push types that other code names, and why. */
const special: Readonly<Record<string, readonly string[]>> = {
	// The push that asks APNs for its opinion of a credential and disturbs nobody.
	'shared/connectionCheck/checkRequest.ts': ['background'],
	'shared/apns/certificateChecks.ts': ['background'],
	// Texts that tell the user to choose it.
	'shared/apns/channels.ts': ['liveactivity'],
	'shared/apns/hints.ts': ['alert', 'background'],
	'shared/apns/reasonRows.ts': ['voip'],
	// Apple allows no other for broadcasts.
	'ApnsBroadcast/settings.ts': ['liveactivity'],
	// Payload kinds and keys of a payload of the same spelling.
	'ApnsSend/properties.ts': ['alert', 'background', 'mdm'],
	'ApnsSend/settings.ts': ['alert'],
	'shared/apns/payload/alert.ts': ['alert'],
	'shared/apns/payload/alertFields.ts': ['alert'],
	'shared/apns/payload/liveActivity.ts': ['alert'],
	'shared/apns/deviceToken.ts': ['mdm'],
	// A header of HTTP.
	'shared/http2/hpack/table.ts': ['location'],
};

it('is named in no other file of the product', () => {
	const root = path.resolve(__dirname, '../../../nodes');
	const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
	for (const file of files) {
		if (file.endsWith('apns/pushTypes.ts')) continue;
		const text = readFileSync(path.join(root, file), 'utf8');
		const named = pushTypeRows.map(({ value }) => value).filter((value) => text.includes(`'${value}'`));
		expect([file, named]).toEqual([file, (special[file] ?? []).filter((value) => named.includes(value))]);
	}
});
