/** Payloads that are neither alerts nor Live Activities: File Provider, MDM, widgets and controls. */
import { type JsonObject, present } from '../payload';
import { FieldProblem } from '../problems';

export interface FileProviderFields {
	/** Identifier of the container that changed, or the working set's `NSFileProviderWorkingSetContainerItemIdentifier`. */
	readonly containerIdentifier: string;
	/** Identifier of the domain, where the app has several. */
	readonly domain?: string;
}

/** Apple, "Using push notifications to signal changes" (File Provider): no `aps`. Throws `FieldProblem`. */
export function fileProviderPayload({ containerIdentifier, domain }: FileProviderFields): JsonObject {
	if (containerIdentifier === '')
		throw new FieldProblem(
			'containerIdentifier',
			'missing',
			'is empty',
			'Enter the identifier of the container whose content changed.',
		);
	return present([
		['container-identifier', containerIdentifier],
		['domain', domain],
	]);
}

/** Apple, "Sending MDM commands to a device": the push magic of the device's TokenUpdate, and nothing else. Throws `FieldProblem`. */
export function mdmPayload(pushMagic: string): JsonObject {
	if (pushMagic === '')
		throw new FieldProblem(
			'pushMagic',
			'missing',
			'is empty',
			'Enter the PushMagic value that the device sent in its TokenUpdate message.',
		);
	// A UUID in every example; Apple calls it a string the device chose, so only what is surely something else is refused.
	if (/\s/.test(pushMagic))
		throw new FieldProblem(
			'pushMagic',
			'badCharacters',
			'contains spaces or line breaks',
			'Enter the PushMagic value exactly as the device sent it in its TokenUpdate message.',
		);
	return { mdm: pushMagic };
}

/** Apple, "Updating widgets with WidgetKit push notifications", "Updating controls locally and remotely". */
export function reloadPayload(): JsonObject {
	return { aps: { 'content-changed': true } };
}
