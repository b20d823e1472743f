/** The payload of one item, from the fields of its push type or from JSON. */
import { choice, field, text } from '../shared/apns/fields';
import { type JsonObject, parseJsonObject } from '../shared/apns/payload';
import { alertPayload, backgroundPayload } from '../shared/apns/payload/alert';
import { alertFieldRows } from '../shared/apns/payload/alertFields';
import { fileProviderPayload, mdmPayload, reloadPayload } from '../shared/apns/payload/kinds';
import { excerpt, FieldProblem } from '../shared/apns/problems';
import type { PayloadKind, PushTypeRow } from '../shared/apns/pushTypes';
import { addedFields, readLiveActivity } from '../shared/n8n/liveActivityFields';
import type { ParameterReader } from '../shared/n8n/parameters/parameters';
import { alertFieldsOf, objectOf, textOf } from '../shared/n8n/values';

/** What reading one item needs besides its parameters. */
export interface PayloadContext {
	readonly read: ParameterReader;
	/** IANA zone of times that name none. */
	readonly timeZone: string | undefined;
	/** Milliseconds since the epoch. */
	readonly nowMs: number;
}

type ReadPayload = (context: PayloadContext, itemIndex: number) => JsonObject;

function readAlert({ read }: PayloadContext, itemIndex: number): JsonObject {
	const added = addedFields(read, itemIndex);
	const fields = alertFieldsOf(alertFieldRows, ({ id, group, initial }) =>
		group === 'main' ? read(id, itemIndex, initial ?? '') : added[id],
	);
	return alertPayload(fields, objectOf('customData', added.customData) ?? {});
}

/** The whole payload is the user's own; the form calls it Data. */
const readCustom: ReadPayload = ({ read }, itemIndex) => parseJsonObject('data', read('payloadJson', itemIndex, '{}'));

const readers: Readonly<Record<PayloadKind, ReadPayload>> = {
	alert: readAlert,
	background: ({ read }, itemIndex) => backgroundPayload(objectOf('data', read('data', itemIndex, '{}'))),
	liveActivity: ({ read, timeZone, nowMs }, itemIndex) =>
		readLiveActivity(read, itemIndex, { broadcast: false, fields: addedFields(read, itemIndex), timeZone, nowMs }),
	custom: readCustom,
	fileProvider: ({ read }, itemIndex) =>
		fileProviderPayload({
			containerIdentifier: textOf('containerIdentifier', read('containerIdentifier', itemIndex, '')) ?? '',
			domain: textOf('domain', read('domain', itemIndex, '')),
		}),
	mdm: ({ read }, itemIndex) => mdmPayload(textOf('pushMagic', read('pushMagic', itemIndex, '')) ?? ''),
	reload: () => reloadPayload(),
};

/** Reads the payload of one item. Throws `FieldProblem` naming the field. */
export function readPayload(
	context: PayloadContext,
	itemIndex: number,
	pushType: string,
	row: PushTypeRow | undefined,
): JsonObject {
	if (context.read('payloadType', itemIndex, 'fields') === 'json')
		return parseJsonObject('payloadJson', context.read('payloadJson', itemIndex, '{}'));
	if (row === undefined)
		throw new FieldProblem(
			'pushType',
			'notOffered',
			`is "${excerpt(pushType)}", for which there are no fields`,
			text`Choose a ${field('pushType')} from the list, or set ${field('payloadType')} to ${choice('payloadType', 'json')}.`,
		);
	return readers[row.payload](context, itemIndex);
}
