/** The phones on the page and their device tokens, the same at every start, so that example workflows can name them. */
import { createHash } from 'node:crypto';
import type { PhoneKind, TokenView } from './state';

export interface PhoneSpec {
	readonly id: string;
	readonly name: string;
	readonly kind: PhoneKind;
	/** Language of the app's texts on it. */
	readonly language: string;
	/** Subscribes to channels as they are made. */
	readonly followsNewChannels: boolean;
}

export const defaultPhones: readonly PhoneSpec[] = [
	{ id: 'ada', name: 'Ada’s iPhone', kind: 'iphone', language: 'en', followsNewChannels: true },
	{ id: 'ben', name: 'Ben’s iPhone', kind: 'iphone', language: 'de', followsNewChannels: true },
	{ id: 'chloe', name: 'Chloé’s iPhone', kind: 'iphone', language: 'fr', followsNewChannels: false },
	{ id: 'watch', name: 'Ada’s Watch', kind: 'watch', language: 'en', followsNewChannels: false },
];

/** Kinds of token an app gets, with what their topic has behind the bundle id ("Sending notification requests to APNs"). */
const tokenKinds: ReadonlyArray<{
	readonly id: string;
	readonly label: string;
	readonly suffix: string;
	readonly on: readonly PhoneKind[];
}> = [
	{ id: 'app', label: 'App', suffix: '', on: ['iphone', 'watch'] },
	{ id: 'start', label: 'Live Activity, push to start', suffix: '.push-type.liveactivity', on: ['iphone'] },
	{ id: 'activity', label: 'Live Activity, update', suffix: '.push-type.liveactivity', on: ['iphone'] },
	{ id: 'voip', label: 'VoIP', suffix: '.voip', on: ['iphone'] },
	{ id: 'ptt', label: 'Push to Talk', suffix: '.voip-ptt', on: ['iphone'] },
	{ id: 'widgets', label: 'Widgets', suffix: '.push-type.widgets', on: ['iphone', 'watch'] },
	{ id: 'controls', label: 'Controls', suffix: '.push-type.controls', on: ['iphone'] },
	{ id: 'location', label: 'Location', suffix: '.location-query', on: ['iphone'] },
	{ id: 'fileprovider', label: 'File provider', suffix: '.pushkit.fileprovider', on: ['iphone'] },
	{ id: 'complication', label: 'Complication', suffix: '.complication', on: ['watch'] },
];

export interface PhoneToken extends TokenView {
	readonly id: string;
}

/**
 * Tokens of an installation of the app. `generation` counts installations: a new one gets new tokens
 * ("Registering your app with APNs").
 */
export function tokensOf({ id, kind }: PhoneSpec, bundleId: string, generation: number): PhoneToken[] {
	return tokenKinds
		.filter(({ on }) => on.includes(kind))
		.map((row) => ({
			id: row.id,
			label: row.label,
			topic: `${bundleId}${row.suffix}`,
			token: createHash('sha256').update(`${id} ${row.id} ${generation}`).digest('hex'),
		}));
}
