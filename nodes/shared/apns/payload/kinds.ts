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
			'Container Identifier',
			'is empty',
			'Fill in the identifier of the container whose content changed.',
		);
	return present([
		['container-identifier', containerIdentifier],
		['domain', domain],
	]);
}

/** Apple, "Sending MDM commands to a device": the push magic of the device's TokenUpdate, and nothing else. Throws `FieldProblem`. */
export function mdmPayload(pushMagic: string): JsonObject {
	if (pushMagic === '')
		throw new FieldProblem('Push Magic', 'is empty', 'Fill in PushMagic as the device reported it in TokenUpdate.');
	return { mdm: pushMagic };
}

/** Apple, "Updating widgets with WidgetKit push notifications", "Updating controls locally and remotely". */
export function reloadPayload(): JsonObject {
	return { aps: { 'content-changed': true } };
}
