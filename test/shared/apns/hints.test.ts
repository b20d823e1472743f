/** Pushes APNs takes and devices ignore are named; those Apple describes raise no hint. */
import { hintsFor, type HintDraft } from '../../../nodes/shared/apns/hints';
import { alertPayload, backgroundPayload, type JsonObject } from '../../../nodes/shared/apns/payload';
import { fileProviderPayload, mdmPayload, reloadPayload } from '../../../nodes/shared/apns/payload/kinds';
import { liveActivityPayload } from '../../../nodes/shared/apns/payload/liveActivity';

const nowMs = Date.UTC(2026, 10, 24);
const app = 'com.example.app';
const hints = (draft: Partial<HintDraft> & { payload: JsonObject }): string[] =>
	hintsFor({ trust: 'token', nowMs, ...draft }).map(({ message }) => message);
const update = liveActivityPayload({ event: 'update', timestampSeconds: 1, contentState: {} });

describe('a push as Apple describes it', () => {
	it.each<readonly [string, string | undefined, JsonObject]>([
		['alert', app, alertPayload({ title: 'Hello' })],
		['alert', app, alertPayload({ badge: 0 })],
		['alert', 'pass.com.example', {}],
		['alert', 'web.com.example', { aps: { alert: { title: 'a', body: 'b' }, 'url-args': [] } }],
		['background', app, backgroundPayload({ x: 1 })],
		['background', 'pass.com.example', {}],
		['liveactivity', `${app}.push-type.liveactivity`, update],
		['voip', `${app}.voip`, { caller: 'x' }],
		['pushtotalk', `${app}.voip-ptt`, { activeSpeaker: 'x' }],
		['complication', `${app}.complication`, {}],
		['location', `${app}.location-query`, {}],
		['fileprovider', `${app}.pushkit.fileprovider`, fileProviderPayload({ containerIdentifier: 'x' })],
		['widgets', `${app}.push-type.widgets`, reloadPayload()],
		['controls', `${app}.push-type.controls`, reloadPayload()],
		['something-new', app, { anything: 1 }],
	])('raises no hint: %s', (pushType, topic, payload) => {
		expect(hints({ pushType, topic, payload })).toEqual([]);
	});

	it('raises no hint: mdm with its certificate', () => {
		expect(
			hints({ pushType: 'mdm', topic: 'com.apple.mgmt.External.1', payload: mdmPayload('x'), trust: 'certificate' }),
		).toEqual([]);
	});
});

describe('a push that devices ignore', () => {
	it.each<readonly [string, Partial<HintDraft> & { payload: JsonObject }, RegExp]>([
		[
			'an alert with nothing to show',
			{ pushType: 'alert', payload: { aps: {}, x: 1 } },
			/^Payload: has neither alert, badge nor sound/,
		],
		[
			'an alert that is a background push',
			{ pushType: 'alert', payload: backgroundPayload() },
			/^Payload: has content-available and nothing to show/,
		],
		[
			'a background push with an alert',
			{ pushType: 'background', payload: alertPayload({ body: 'x', contentAvailable: true }) },
			/^Payload: has alert in aps, which a background push may not/,
		],
		[
			'a mutable background push',
			{ pushType: 'background', payload: { aps: { 'content-available': 1, 'mutable-content': 1 } } },
			/^Payload: has mutable-content in aps/,
		],
		[
			'a background push that wakes nobody',
			{ pushType: 'background', payload: { aps: { 'content-available': true } } },
			/^Payload: lacks "content-available": 1/,
		],
		[
			'an activity without a timestamp',
			{ pushType: 'liveactivity', payload: { aps: { event: 'update', 'content-state': {} } } },
			/^Payload: lacks timestamp in aps/,
		],
		[
			'an activity with milliseconds',
			{ pushType: 'liveactivity', payload: { aps: { event: 'update', timestamp: nowMs, 'stale-date': nowMs } } },
			/^Payload: has milliseconds in timestamp, stale-date/,
		],
		[
			'widgets without their mark',
			{ pushType: 'widgets', payload: { aps: {} } },
			/^Payload: lacks "content-changed": true/,
		],
		[
			'a file provider without a container',
			{ pushType: 'fileprovider', payload: { aps: {} } },
			/^Payload: lacks container-identifier/,
		],
		['an MDM push without its magic', { pushType: 'mdm', payload: {}, trust: 'certificate' }, /^Payload: lacks mdm/],
		[
			'an MDM push with more',
			{ pushType: 'mdm', payload: { mdm: 'x', aps: {} }, trust: 'certificate' },
			/^Payload: holds more than mdm/,
		],
		[
			'keys of its own inside aps',
			{ pushType: 'alert', payload: { aps: { alert: 'x', orderId: 7 } } },
			/^Payload: has keys in aps that devices ignore: orderId/,
		],
		[
			'a topic of another type',
			{ pushType: 'alert', topic: `${app}.voip-ptt`, payload: alertPayload({ body: 'x' }) },
			/^Topic: ends in \.voip-ptt, which belongs to push type Push to Talk/,
		],
		[
			'an MDM topic that is none',
			{ pushType: 'mdm', topic: app, payload: mdmPayload('x'), trust: 'certificate' },
			/^Topic: is com\.example\.app; an MDM topic begins with com\.apple\.mgmt\./,
		],
		[
			'an expiration that has passed',
			{ pushType: 'alert', payload: alertPayload({ body: 'x' }), expirationSeconds: nowMs / 1_000 - 1 },
			/^Expiration: 2026-11-23T23:59:59\.000Z has passed/,
		],
		[
			'a type for signing keys, with a certificate',
			{ pushType: 'widgets', payload: reloadPayload(), trust: 'certificate' },
			/^Push Type: Widgets is described for signing keys only/,
		],
		[
			'a type for certificates, with a signing key',
			{ pushType: 'mdm', payload: mdmPayload('x') },
			/^Push Type: MDM is sent with a certificate in practice/,
		],
	])('is named: %s', (_name, draft, hint) => {
		expect(hints(draft)).toEqual([expect.stringMatching(hint)]);
	});

	it('is not blamed for an expiration of 0, or for one to come', () => {
		for (const expirationSeconds of [0, nowMs / 1_000 + 60])
			expect(hints({ pushType: 'alert', payload: alertPayload({ body: 'x' }), expirationSeconds })).toEqual([]);
	});
});
