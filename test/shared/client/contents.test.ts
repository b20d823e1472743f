/** The three kinds of requests: which lane they take, which statuses are a success, what they carry; and where a client connects. */
import { createHeaderBuilder } from '../../../nodes/shared/apns/headers';
import type { ProviderIdentity } from '../../../nodes/shared/apns/identity';
import type { ChannelRequest } from '../../../nodes/shared/apns/notification';
import {
	AuthorizedHeaders,
	BroadcastContent,
	ChannelContent,
	PushContent,
} from '../../../nodes/shared/client/contents';
import { type ApnsClientOptions, targetOf } from '../../../nodes/shared/client/options';

const endpoint = { host: 'api.push.apple.com', port: 443 };
const payload = Buffer.from('{}');
const headers = (): AuthorizedHeaders => new AuthorizedHeaders(createHeaderBuilder(endpoint));
const names = (fields: ReadonlyArray<{ readonly name: string; readonly value: string }>): Record<string, string> =>
	Object.fromEntries(fields.map(({ name, value }) => [name, value]));

/** All that a request is but for its fields. */
const traits = ({ lane, isBroadcast, success, body, topic, apnsId }: PushContent | BroadcastContent): unknown => ({
	lane,
	isBroadcast,
	success,
	body,
	topic,
	apnsId,
});

describe('the value of authorization', () => {
	it('is one string for each token, and none without one', () => {
		const of = headers();
		expect([of.authorization('T'), of.authorization('U'), of.authorization(undefined), of.authorization('T')]).toEqual([
			'bearer T',
			'bearer U',
			undefined,
			'bearer T',
		]);
	});
});

it('a push to a device goes to the push lane with its own id, and only 200 is a success', () => {
	const content = new PushContent(headers(), { deviceToken: 'ab', topic: 't', apnsId: 'id', payload });
	expect(traits(content)).toEqual({
		lane: 'push',
		isBroadcast: false,
		success: [200],
		body: payload,
		topic: 't',
		apnsId: 'id',
	});
	expect(names(content.fields('T'))).toMatchObject({ ':path': '/3/device/ab', authorization: 'bearer T' });
});

it('a broadcast goes to the push lane, is throttled with the others, and only 200 is a success', () => {
	const notification = {
		bundleId: 'com.example',
		channelId: 'C',
		pushType: 'liveactivity',
		priority: 10,
		expirationSeconds: 0,
		payload,
	};
	const content = new BroadcastContent(headers(), notification);
	expect(traits(content)).toEqual({
		lane: 'push',
		isBroadcast: true,
		success: [200],
		body: payload,
		topic: 'com.example',
		apnsId: undefined,
	});
	expect(names(content.fields(undefined))).toMatchObject({
		':path': '/4/broadcasts/apps/com.example',
		'apns-channel-id': 'C',
	});
});

it.each<readonly [ChannelRequest, readonly number[], Buffer | undefined, string, string]>([
	[{ operation: 'create', bundleId: 'b', body: payload }, [201, 200], payload, 'POST', '/1/apps/b/channels'],
	[{ operation: 'get', bundleId: 'b', channelId: 'C' }, [200], undefined, 'GET', '/1/apps/b/channels'],
	[{ operation: 'getAll', bundleId: 'b' }, [200], undefined, 'GET', '/1/apps/b/all-channels'],
	[{ operation: 'delete', bundleId: 'b', channelId: 'C' }, [204, 200], undefined, 'DELETE', '/1/apps/b/channels'],
])('a channel request %j goes to the management lane; %j are a success', (request, success, body, method, path) => {
	const content = new ChannelContent(headers(), request);
	expect(content).toMatchObject({ lane: 'management', isBroadcast: false, success, topic: 'b' });
	expect([content.body, content.apnsId]).toEqual([body, undefined]);
	expect(names(content.fields('T'))).toMatchObject({ ':method': method, ':path': path });
});

describe('where a client connects', () => {
	const certificate: ProviderIdentity = {
		type: 'certificate',
		certificatePem: 'CERT',
		privateKeyPem: 'KEY',
		facts: { commonName: '', topics: [], environments: [], notBeforeMs: 0, notAfterMs: 0, fingerprint256: '' },
	};
	const token: ProviderIdentity = { type: 'token', teamId: 'T', keyId: 'K', privateKeyPem: 'KEY' };
	const proxied = { HTTPS_PROXY: 'http://env:1' };
	const target = (options: Partial<ApnsClientOptions>) =>
		targetOf(
			{ identity: token, endpoint, managementEndpoint: endpoint, processEnvironment: {}, ...options },
			{ host: 'h', port: 7 },
		);

	it.each<readonly [string, Partial<ApnsClientOptions>, string | undefined]>([
		['no proxy', {}, undefined],
		['the proxy of the options', { proxyUrl: ' http://own:2 ', processEnvironment: proxied }, 'http://own:2'],
		['the proxy of the environment', { processEnvironment: proxied }, 'http://env:1'],
		[
			'the proxy of the environment for an empty option',
			{ proxyUrl: '  ', processEnvironment: proxied },
			'http://env:1',
		],
	])('takes %s', (_what, options, proxyUrl) => {
		expect(target(options)).toEqual({ host: 'h', port: 7, caBundle: undefined, proxyUrl });
	});

	it('shows a certificate and its key where the identity is one', () => {
		expect(target({ identity: certificate, caBundle: 'CA' })).toEqual({
			host: 'h',
			port: 7,
			caBundle: 'CA',
			proxyUrl: undefined,
			certificatePem: 'CERT',
			privateKeyPem: 'KEY',
		});
	});
});
