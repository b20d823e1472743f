/** The payload of one item, from the fields of its push type or from JSON. */
import type { IDataObject } from 'n8n-workflow';
import { alertPayload, backgroundPayload, type JsonObject, parseJsonObject } from '../shared/apns/payload';
import { fileProviderPayload, mdmPayload, reloadPayload } from '../shared/apns/payload/kinds';
import { FieldProblem } from '../shared/apns/problems';
import type { PayloadKind, PushTypeRow } from '../shared/apns/pushTypes';
import { readLiveActivity } from '../shared/n8n/liveActivityFields';
import type { ParameterReader } from '../shared/n8n/parameters/parameters';
import { flagOf, listOf, numberOf, objectOf, proseOf, textOf, wholeOf } from '../shared/n8n/values';

/** What reading one item needs besides its parameters. */
export interface PayloadContext {
	readonly read: ParameterReader;
	readonly options: IDataObject;
	/** IANA zone of times that name none. */
	readonly timeZone: string | undefined;
	/** Milliseconds since the epoch. */
	readonly nowMs: number;
}

type ReadPayload = (context: PayloadContext, itemIndex: number) => JsonObject;

const customData = ({ options }: PayloadContext): JsonObject => objectOf('Custom Data', options.customData) ?? {};

function readAlert(context: PayloadContext, itemIndex: number): JsonObject {
	const { read, options } = context;
	const sound = textOf(options.sound);
	return alertPayload(
		{
			title: proseOf('Title', read('title', itemIndex, '')),
			subtitle: proseOf('Subtitle', options.subtitle),
			body: proseOf('Body', read('body', itemIndex, '')),
			titleLocKey: textOf(options.titleLocKey),
			titleLocArgs: listOf('Title Localization Arguments', options.titleLocArgs),
			subtitleLocKey: textOf(options.subtitleLocKey),
			subtitleLocArgs: listOf('Subtitle Localization Arguments', options.subtitleLocArgs),
			locKey: textOf(options.locKey),
			locArgs: listOf('Body Localization Arguments', options.locArgs),
			launchImage: textOf(options.launchImage),
			badge: wholeOf('Badge', options.badge),
			sound,
			criticalSound: flagOf(options.criticalSound)
				? { name: sound ?? 'default', volume: numberOf('Critical Sound Volume', options.criticalVolume) }
				: undefined,
			threadId: textOf(options.threadId),
			category: textOf(options.category),
			targetContentId: textOf(options.targetContentId),
			interruptionLevel: textOf(options.interruptionLevel),
			relevanceScore: numberOf('Relevance Score', options.relevanceScore),
			filterCriteria: textOf(options.filterCriteria),
			mutableContent: flagOf(options.mutableContent),
			contentAvailable: flagOf(options.contentAvailable),
		},
		customData(context),
	);
}

const readers: Readonly<Record<PayloadKind, ReadPayload>> = {
	alert: readAlert,
	background: (context) => backgroundPayload(customData(context)),
	liveActivity: ({ read, options, timeZone, nowMs }, itemIndex) =>
		readLiveActivity(read, itemIndex, { broadcast: false, options, timeZone, nowMs }),
	custom: ({ read }, itemIndex) => parseJsonObject('Data', read('data', itemIndex, '{}')),
	fileProvider: ({ read }, itemIndex) =>
		fileProviderPayload({
			containerIdentifier: textOf(read('containerIdentifier', itemIndex, '')) ?? '',
			domain: textOf(read('domain', itemIndex, '')),
		}),
	mdm: ({ read }, itemIndex) => mdmPayload(textOf(read('pushMagic', itemIndex, '')) ?? ''),
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
		return parseJsonObject('JSON', context.read('payloadJson', itemIndex, '{}'));
	if (row === undefined)
		throw new FieldProblem(
			'Push Type',
			`"${pushType.slice(0, 40)}" has no fields here`,
			'Choose one of the list, or set Specify Payload to Using JSON.',
		);
	return readers[row.payload](context, itemIndex);
}
