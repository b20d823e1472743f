/** Pushes APNs takes and devices ignore are named; those Apple describes raise no hint. */
import { hintsFor, type HintDraft, sharedApnsIdHint } from '../../../nodes/shared/apns/hints';
import type { CertificateFacts } from '../../../nodes/shared/apns/identity';
import type { JsonObject } from '../../../nodes/shared/apns/payload';
import { alertPayload, backgroundPayload } from '../../../nodes/shared/apns/payload/alert';
import { fileProviderPayload, mdmPayload, reloadPayload } from '../../../nodes/shared/apns/payload/kinds';
import { liveActivityPayload } from '../../../nodes/shared/apns/payload/liveActivity';
import { wordsOf } from '../../../nodes/shared/n8n/fieldWords';

const nowMs = Date.UTC(2026, 10, 24);
const app = 'com.example.app';
const hints = (draft: Partial<HintDraft> & { payload: JsonObject }): string[] =>
	hintsFor({ trust: 'token', nowMs, ...draft }).map((hint) => wordsOf(hint).message);
const certificate: CertificateFacts = {
	commonName: 'Example',
	topics: [],
	environments: [],
	notBeforeMs: 0,
	notAfterMs: 0,
	fingerprint256: '',
};
const update = liveActivityPayload({ event: 'update', timestampSeconds: 1, contentState: { score: 1 } });

describe('a push as Apple describes it', () => {
	it.each<readonly [string, string | undefined, JsonObject]>([
		['alert', app, alertPayload({ title: 'Hello' })],
		['alert', app, alertPayload({ badge: 0 })],
		['alert', 'pass.com.example', {}],
		['alert', 'web.com.example', { aps: { alert: { title: 'a', body: 'b' }, 'url-args': [] } }],
		['background', app, backgroundPayload({ x: 1 })],
		['background', 'pass.com.example', {}],
		['liveactivity', `${app}.push-type.liveactivity`, update],
		['pushtotalk', `${app}.voip-ptt`, { activeSpeaker: 'x' }],
		['complication', `${app}.complication`, {}],
		['location', `${app}.location-query`, {}],
		['fileprovider', `${app}.pushkit.fileprovider`, fileProviderPayload({ containerIdentifier: 'x' })],
		['widgets', `${app}.push-type.widgets`, reloadPayload()],
		['controls', `${app}.push-type.controls`, reloadPayload()],
		['alert', app, { aps: { alert: 'x', 'content-available': 0, 'mutable-content': 1 } }],
		['complication', app, {}],
		['something-new', app, { anything: 1 }],
	])('raises no hint: %s', (pushType, topic, payload) => {
		expect(hints({ pushType, topic, payload })).toEqual([]);
	});

	it('raises no hint: voip for a moment', () => {
		expect(hints({ pushType: 'voip', topic: `${app}.voip`, payload: { caller: 'x' }, expirationSeconds: 0 })).toEqual(
			[],
		);
	});

	it('raises no hint: the end of an activity without a state', () => {
		const end = liveActivityPayload({ event: 'end', timestampSeconds: 1 });
		expect(hints({ pushType: 'liveactivity', topic: `${app}.push-type.liveactivity`, payload: end })).toEqual([]);
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
			/^The payload has no alert, badge or sound, so the device shows nothing\.$/,
		],
		[
			'an alert that is a background push',
			{ pushType: 'alert', payload: backgroundPayload() },
			/^The payload has content-available, but nothing to show\.$/,
		],
		[
			'a background push with an alert',
			{ pushType: 'background', payload: alertPayload({ body: 'x', contentAvailable: true }) },
			/^The payload has alert in aps, which a background push must not have\.$/,
		],
		[
			'a mutable background push',
			{ pushType: 'background', payload: { aps: { 'content-available': 1, 'mutable-content': 1 } } },
			/^The payload has mutable-content in aps, which a background push must not have\.$/,
		],
		[
			'a background push that wakes nobody',
			{ pushType: 'background', payload: { aps: {}, x: 1 } },
			/^The payload has no "content-available": 1 in aps, so the app is not woken\.$/,
		],
		[
			'a switch that is true',
			{ pushType: 'background', payload: { aps: { 'content-available': true } } },
			/^The payload has "content-available": true in aps, which devices may ignore\.$/,
		],
		[
			'a switch that is text',
			{ pushType: 'background', payload: { aps: { 'content-available': '1' } } },
			/^The payload has "content-available": "1" in aps, which devices may ignore\.$/,
		],
		[
			'a badge that is text, and another switch that is true',
			{ pushType: 'alert', payload: { aps: { alert: 'x', badge: '3', 'mutable-content': true } } },
			/^The payload has "badge": "3" and "mutable-content": true in aps, which devices may ignore\.$/,
		],
		[
			'an activity without a state',
			{ pushType: 'liveactivity', payload: { aps: { event: 'update', timestamp: 1 } } },
			/^The payload has no content-state, so the activity cannot be updated\.$/,
		],
		[
			'an activity with an empty state',
			{ pushType: 'liveactivity', payload: { aps: { event: 'start', timestamp: 1, 'content-state': {} } } },
			/^The payload has an empty content-state, which the app can only decode if its ContentState has no required properties\.$/,
		],
		[
			'a call that may come much later',
			{ pushType: 'voip', payload: { call: 1 } },
			/^'Expiration' is not set, so APNs may deliver this VoIP push much too late\.$/,
		],
		[
			'an activity without a timestamp',
			{ pushType: 'liveactivity', payload: { aps: { event: 'update', 'content-state': { score: 1 } } } },
			/^The payload has no timestamp in aps, so the activity ignores it\.$/,
		],
		[
			'an activity without aps',
			{ pushType: 'liveactivity', payload: { aps: null } },
			/^The payload has no timestamp and no event in aps, so the activity ignores it\.$/,
		],
		[
			'an activity with the smallest number that is milliseconds',
			{
				pushType: 'liveactivity',
				payload: { aps: { event: 'end', timestamp: 1, 'dismissal-date': 100_000_000_000 } },
			},
			/^The payload has milliseconds in dismissal-date\.$/,
		],
		[
			'an activity with milliseconds',
			{
				pushType: 'liveactivity',
				payload: { aps: { event: 'update', timestamp: nowMs, 'stale-date': nowMs, 'content-state': { score: 1 } } },
			},
			/^The payload has milliseconds in timestamp, stale-date\.$/,
		],
		[
			'widgets without their mark',
			{ pushType: 'widgets', payload: { aps: {} } },
			/^The payload has no "content-changed": true in aps, so nothing is reloaded\.$/,
		],
		[
			'widgets without aps',
			{ pushType: 'widgets', payload: {} },
			/^The payload has no "content-changed": true in aps, so nothing is reloaded\.$/,
		],
		[
			'a file provider without a container',
			{ pushType: 'fileprovider', payload: { aps: {} } },
			/^The payload has no container-identifier\.$/,
		],
		[
			'an MDM push without its magic',
			{ pushType: 'mdm', payload: {}, trust: 'certificate' },
			/^The payload has no mdm key with the push magic\.$/,
		],
		[
			'an MDM push with more',
			{ pushType: 'mdm', payload: { mdm: 'x', aps: {} }, trust: 'certificate' },
			/^The payload has more keys than mdm\.$/,
		],
		[
			'keys of its own inside aps',
			{ pushType: 'alert', payload: { aps: { alert: 'x', orderId: 7 } } },
			/^The payload has keys in aps that devices ignore: orderId\.$/,
		],
		[
			'many keys of its own inside aps, of which five are enough',
			{ pushType: 'alert', payload: { aps: { alert: 'x', a: 1, b: 2, c: 3, d: 4, e: 5, f: 6 } } },
			/^The payload has keys in aps that devices ignore: a, b, c, d, e\.$/,
		],
		[
			'a topic of another type that has one of its own',
			{ pushType: 'voip', topic: `${app}.complication`, payload: {}, expirationSeconds: 0 },
			/^'Topic' ends in \.complication, which belongs to push type Complication\.$/,
		],
		[
			'a topic of another type',
			{ pushType: 'alert', topic: `${app}.voip-ptt`, payload: alertPayload({ body: 'x' }) },
			/^'Topic' ends in \.voip-ptt, which belongs to push type Push to Talk\.$/,
		],
		[
			'an MDM topic that is none',
			{ pushType: 'mdm', topic: app, payload: mdmPayload('x'), trust: 'certificate' },
			/^'Topic' is com\.example\.app, which does not start with com\.apple\.mgmt as MDM topics do\.$/,
		],
		[
			'an expiration that has passed',
			{ pushType: 'alert', payload: alertPayload({ body: 'x' }), expirationSeconds: nowMs / 1_000 - 1 },
			/^'Expiration' is 2026-11-23T23:59:59\.000Z, which is in the past\.$/,
		],
		[
			'an expiration at this very moment',
			{ pushType: 'alert', payload: alertPayload({ body: 'x' }), expirationSeconds: nowMs / 1_000 },
			/^'Expiration' is 2026-11-24T00:00:00\.000Z, which is in the past\.$/,
		],
		[
			'a certificate that ends in a few days',
			{ payload: {}, trust: 'certificate', certificate: { ...certificate, notAfterMs: nowMs + 86_400_000 } },
			/^'Certificate' is "Example", which expires on 2026-11-25\.$/,
		],
		[
			'a type for signing keys, with a certificate',
			{ pushType: 'widgets', payload: reloadPayload(), trust: 'certificate' },
			/^'Push Type' is Widgets, which Apple documents for signing keys only, but the credential has a certificate\.$/,
		],
		[
			'a type for certificates, with a signing key',
			{ pushType: 'mdm', payload: mdmPayload('x') },
			/^'Push Type' is MDM, which usually requires a certificate, but the credential has a signing key\.$/,
		],
	])('is named: %s', (_name, draft, hint) => {
		expect(hints(draft)).toEqual([expect.stringMatching(hint)]);
	});

	it.each([
		['numbers', { badge: '3', 'mutable-content': true }, 'Use numbers without quotes.'],
		['switches', { alert: 'x', 'mutable-content': true }, 'Use "mutable-content": 1.'],
	])('is told how %s are written', (_name, aps, advice) => {
		const found = hintsFor({ trust: 'token', nowMs, pushType: 'alert', payload: { aps } });
		expect(found.map((hint) => wordsOf(hint).advice)).toEqual([advice]);
	});

	it('is named by an id of its own, or by none', () => {
		expect(wordsOf(sharedApnsIdHint()).message).toBe(
			"'APNs ID' is the same for several pushes, so they cannot be identified by it.",
		);
	});

	it('is not blamed for an expiration of 0, or for one to come', () => {
		for (const expirationSeconds of [0, nowMs / 1_000 + 60])
			expect(hints({ pushType: 'alert', payload: alertPayload({ body: 'x' }), expirationSeconds })).toEqual([]);
	});
});
