/** The push types: topics, priorities and sizes, against a table typed from Apple's page. */
import { certificatePushTypeProblem, certificateTopic } from '../../../nodes/shared/apns/certificateChecks';
import type { CertificateFacts } from '../../../nodes/shared/apns/identity';
import {
	BROADCAST_MAX_PAYLOAD_BYTES,
	pushTypeInOtherSpelling,
	pushTypeRow,
	pushTypeRows,
	topicFor,
} from '../../../nodes/shared/apns/pushTypes';

const app = 'com.example.app';

/** Apple, "Sending notification requests to APNs": value, topic, priorities, bytes. */
const apple: ReadonlyArray<readonly [value: string, topic: string, priorities: string, bytes: number]> = [
	['alert', 'com.example.app', '10 5 1', 4096],
	['background', 'com.example.app', '5', 4096],
	['complication', 'com.example.app.complication', '10 5 1', 4096],
	['controls', 'com.example.app.push-type.controls', '10 5 1', 4096],
	['fileprovider', 'com.example.app.pushkit.fileprovider', '10 5 1', 4096],
	['liveactivity', 'com.example.app.push-type.liveactivity', '10 5', 4096],
	['location', 'com.example.app.location-query', '10 5 1', 4096],
	['mdm', 'com.example.app', '10 5 1', 4096],
	['pushtotalk', 'com.example.app.voip-ptt', '10 5 1', 4096],
	['voip', 'com.example.app.voip', '10 5 1', 5120],
	['widgets', 'com.example.app.push-type.widgets', '10 5 1', 4096],
];

describe('push types', () => {
	it('are those of Apple, by the order of their names', () => {
		expect(pushTypeRows.map(({ value }) => value)).toEqual(apple.map(([value]) => value));
		expect(pushTypeRows.map(({ displayName }) => displayName)).toEqual(
			[...pushTypeRows.map(({ displayName }) => displayName)].sort((x, y) => x.localeCompare(y)),
		);
	});

	it.each(apple)('%s', (value, topic, priorities, bytes) => {
		const row = pushTypeRow(value);
		expect(topicFor(app, row)).toBe(topic);
		expect(topicFor(topic, row)).toBe(topic);
		expect(row?.priorities.join(' ')).toBe(priorities);
		expect(row?.maxPayloadBytes).toBe(bytes);
		if (row?.defaultPriority !== undefined) expect(row.priorities).toContain(row.defaultPriority);
	});

	it('have suffixes of which none ends in another: a topic belongs to one at most', () => {
		const suffixes = pushTypeRows.flatMap(({ topicSuffix = '' }) => (topicSuffix === '' ? [] : [topicSuffix]));
		for (const suffix of suffixes) expect(suffixes.filter((other) => other.endsWith(suffix))).toEqual([suffix]);
	});

	it.each([
		['LiveActivity', 'liveactivity'],
		['push to talk', 'pushtotalk'],
		['VOIP', 'voip'],
		['alert', undefined],
		['hologram', undefined],
	])('are recognized in another spelling: %s', (value, known) => {
		expect(pushTypeInOtherSpelling(value)?.value).toBe(known);
	});

	it('of the future have no row and leave the topic alone', () => {
		expect(pushTypeRow('hologram')).toBeUndefined();
		expect(pushTypeRow('__proto__')).toBeUndefined();
		expect(topicFor(app, undefined)).toBe(app);
	});

	it('to channels may be larger', () => {
		expect(BROADCAST_MAX_PAYLOAD_BYTES).toBe(5120);
	});
});

describe('the topic with a certificate', () => {
	const facts = (topics: readonly string[], uid?: string): CertificateFacts => ({
		commonName: 'x',
		uid,
		topics,
		environments: [],
		notBeforeMs: 0,
		notAfterMs: 0,
		fingerprint256: '',
	});

	it.each<readonly [string, CertificateFacts, string, string | undefined]>([
		['is left to APNs when it is the only one', facts([app], app), 'alert', undefined],
		['is the UID when there are several', facts([app, `${app}.voip`], app), 'alert', app],
		['is the one listed for the push type', facts([app, `${app}.voip`], app), 'voip', `${app}.voip`],
		['gets the suffix when none is listed', facts([app], app), 'voip', `${app}.voip`],
		['is the UID of a VoIP certificate as it is', facts([`${app}.voip`], `${app}.voip`), 'voip', `${app}.voip`],
		['is the one listed, also without a UID', facts([app, `${app}.voip`]), 'voip', `${app}.voip`],
		['is unknown without a UID', facts([]), 'voip', undefined],
		['of a push type of the future is left to APNs', facts([app], app), 'hologram', undefined],
	])('%s', (_name, certificate, pushType, topic) => {
		expect(certificateTopic(certificate, pushTypeRow(pushType))).toBe(topic);
	});

	it('is of no use for location, which Apple serves to signing keys only', () => {
		expect(
			pushTypeRows.filter((row) => certificatePushTypeProblem(row) !== undefined).map(({ value }) => value),
		).toEqual(['location']);
		expect(certificatePushTypeProblem(undefined)).toBeUndefined();
	});
});
