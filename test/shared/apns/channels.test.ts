/** Channels: what creating one sends, what answers say, and which payload a channel cannot carry. */
import {
	channelBody,
	checkBroadcastPayload,
	readChannelDetails,
	readChannelList,
	storagePolicyRows,
} from '../../../nodes/shared/apns/channels';
import { wordsThrownBy } from './problemOf';

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));

it.each([
	['none', 0],
	['mostRecent', 1],
])('a channel with storage %s is created with policy %d', (policy, number) => {
	expect(JSON.parse(channelBody(policy).toString())).toEqual({
		'message-storage-policy': number,
		'push-type': 'LiveActivity',
	});
});

it('a policy that is not offered is refused with those that are', () => {
	expect(wordsThrownBy(() => channelBody('newest'))).toEqual({
		message: `'Message Storage' is "newest", which is not a valid value.`,
		advice: 'Use one of these values: mostRecent, none.',
	});
});

describe('the answer to reading a channel', () => {
	it.each(storagePolicyRows.map(({ number, value }) => [number, value] as const))(
		'names policy %d %s',
		(number, value) => {
			const body = bytes({ 'message-storage-policy': number, 'push-type': 'LiveActivity' });
			expect(readChannelDetails(body)).toEqual({ storagePolicy: value, pushType: 'LiveActivity' });
		},
	);

	it.each<readonly [string, unknown, string | null, string | null]>([
		['a policy as text', { 'message-storage-policy': '0' }, 'none', null],
		['a policy Apple may add', { 'message-storage-policy': 7, 'push-type': 'Other' }, '7', 'Other'],
		['members nobody knows', { other: 1 }, null, null],
		['a push type that is no text', { 'push-type': 5 }, null, null],
		['a list', [{ 'message-storage-policy': 1 }], null, null],
		['null', 'null', null, null],
		['a text', '"text"', null, null],
		['no JSON', '{', null, null],
	])('with %s', (_what, body, storagePolicy, pushType) => {
		expect(readChannelDetails(bytes(body))).toEqual({ storagePolicy, pushType });
	});

	it('without a body says nothing', () => {
		expect(readChannelDetails(undefined)).toEqual({ storagePolicy: null, pushType: null });
	});
});

it.each<readonly [string, unknown, readonly string[] | undefined]>([
	['several channels', { channels: ['a', 'b'] }, ['a', 'b']],
	['none', { channels: [] }, []],
	['no list', { channels: 'a' }, undefined],
	['an id that is no text', { channels: ['a', 1] }, undefined],
	['nothing of the kind', {}, undefined],
	['no JSON', 'a', undefined],
])('the answer to listing channels with %s', (_what, body, expected) => {
	expect(readChannelList(bytes(body))).toEqual(expected);
});

it('an answer without a body is no list', () => {
	expect(readChannelList(undefined)).toBeUndefined();
});

describe('a payload for a channel', () => {
	it('cannot start an activity', () => {
		expect(wordsThrownBy(() => checkBroadcastPayload({ aps: { event: 'start' } }))?.message).toContain(
			'only reaches activities that are already running',
		);
	});

	it.each([{ aps: { event: 'update' } }, { aps: {} }, { aps: null }, { aps: 'start' }, {}, { event: 'start' }])(
		'may be %j',
		(payload) => {
			expect(() => checkBroadcastPayload(payload)).not.toThrow();
		},
	);
});
