/** The fields of an alert as the forms show them, made from their rows. */
import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';
import { type AlertFieldGroup, type AlertFieldRow, alertFieldRows } from '../apns/payload/alertFields';

type Show = NonNullable<IDisplayOptions['show']>;

/** What the type of a row asks of n8n's form. */
function inputOf({
	type,
	initial,
	choices = [],
	lines,
}: AlertFieldRow): Pick<INodeProperties, 'type' | 'default'> & Partial<INodeProperties> {
	switch (type) {
		case 'prose':
		case 'text':
			return { type: 'string', default: '', ...(lines === undefined ? {} : { typeOptions: { rows: lines } }) };
		case 'texts':
			return { type: 'string', default: '', typeOptions: { rows: 2 } };
		case 'whole':
			return { type: 'number', default: initial ?? '', typeOptions: { minValue: 0 } };
		case 'fraction':
			return {
				type: 'number',
				default: initial ?? 0,
				typeOptions: { minValue: 0, maxValue: 1, numberPrecision: 2 },
			};
		case 'number':
			return { type: 'number', default: initial ?? 0, typeOptions: { numberPrecision: 4 } };
		case 'flag':
			return { type: 'boolean', default: initial ?? false };
		case 'choice':
			return {
				type: 'options',
				default: initial ?? '',
				options: choices.map(({ displayName, value, description }) => ({ name: displayName, value, description })),
			};
	}
}

/** One field of an alert in the form. */
export function alertProperty(row: AlertFieldRow, show?: Show): INodeProperties {
	const { id, displayName, description, placeholder } = row;
	return {
		displayName,
		name: id,
		...inputOf(row),
		description,
		...(placeholder === undefined ? {} : { placeholder }),
		...(show === undefined ? {} : { displayOptions: { show } }),
	};
}

/** The fields of one group, in alphabetical order of their names; those of Live Activities only where asked. */
export function alertGroup(group: AlertFieldGroup, { liveActivity = false } = {}): INodeProperties[] {
	return alertFieldRows
		.filter((row) => row.group === group && (!liveActivity || row.liveActivity === true))
		.map((row) => alertProperty(row))
		.sort(byDisplayName);
}

/** The order n8n asks of options. */
export function byDisplayName(a: INodeProperties, b: INodeProperties): number {
	return a.displayName.localeCompare(b.displayName);
}
