/** Every reason of Apple's table, provoked once: its message is read, and tells what to do. */
import { deviceReasons } from '../../tools/simulator/reasons';
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();

/** What a person must read for each reason: something to do, in the words of the node's own fields. */
const expected: Readonly<
	Record<keyof typeof deviceReasons, readonly [ends: 'item' | 'run' | 'resent', advice: RegExp]>
> = {
	BadCollapseId: ['item', /^Shorten 'Collapse ID' to 64 bytes\.$/],
	BadDeviceToken: [
		'item',
		/^Check that 'Environment' matches the build of the app: apps installed from Xcode use Development, apps from TestFlight and the App Store use Production\. If it matches, delete this device token\.$/,
	],
	BadExpirationDate: [
		'item',
		/^Set 'Expiration' to a time in the future, or to 0 for one delivery attempt without storage\.$/,
	],
	BadMessageId: ['item', /^Use a UUID in 'APNs ID', or leave it empty\.$/],
	BadPriority: ['item', /^Set 'Priority' to 10, 5 or 1\.$/],
	BadTopic: ['run', /^Check 'Topic'\. It is the bundle ID of the app, with a suffix for some push types\.$/],
	DeviceTokenNotForTopic: [
		'item',
		/^Compare 'Topic', or 'Bundle ID' in the credential, with the app that registered this device token\. If they match, delete the token\.$/,
	],
	DuplicateHeaders: ['item', /Report this/],
	IdleTimeout: ['resent', /new connection/],
	InvalidPushType: ['item', /^Choose the 'Push Type' that matches the topic and the kind of device token\.$/],
	MissingDeviceToken: ['item', /^Fill in 'Device Tokens'\.$/],
	MissingTopic: ['run', /^Fill in 'Topic', or 'Bundle ID' in the credential\.$/],
	PayloadEmpty: ['item', /at least \{\}/],
	TopicDisallowed: [
		'run',
		/^Check that the bundle ID is spelled correctly, and that the key or certificate in the credential covers this app\.$/,
	],
	BadCertificate: ['run', /new certificate in the Apple Developer portal/],
	BadCertificateEnvironment: [
		'run',
		/^Change 'Environment' in the credential, or use a certificate for this environment\.$/,
	],
	ExpiredProviderToken: ['run', /clock of the machine/],
	Forbidden: ['run', /key is active and covers this app/],
	InvalidProviderToken: [
		'run',
		/^Compare 'Key ID' and 'Team ID' with the Apple Developer portal, and check that the key has not been revoked\. If it has, create a new key and add it to the credential\.$/,
	],
	MissingProviderToken: [
		'run',
		/^Check 'Authentication' in the credential\. A certificate must be a push certificate\.$/,
	],
	UnrelatedKeyIdInToken: ['run', /topic-specific/],
	BadEnvironmentKeyIdInToken: ['run', /^Change 'Environment' in the credential, or use a key for this environment\.$/],
	BadPath: ['item', /^Check 'Host' and 'Port' in the credential/],
	MethodNotAllowed: ['item', /^Check 'Host' and 'Port' in the credential/],
	ExpiredToken: ['item', /Delete this device token/],
	Unregistered: ['item', /Delete this device token/],
	PayloadTooLarge: ['item', /4,096 bytes/],
	TooManyProviderTokenUpdates: ['run', /20 minutes/],
	TooManyRequests: ['item', /Send less often/],
	InternalServerError: ['item', /15 minutes/],
	ServiceUnavailable: ['item', /15 minutes/],
	Shutdown: ['resent', /new connection/],
};

const spellings = Object.entries(deviceReasons).flatMap(([reason, row]) => [
	[reason, reason, row.status] as const,
	...('observed' in row ? [[row.observed, reason, row.status] as const] : []),
]);

it.each(spellings)('%s', async (spelling, reason, status) => {
	bench.peer.simulator.script.always({
		type: 'answer',
		status,
		reason: spelling,
		...(status === 410 ? { timestampMs: 1_508_249_865_488 } : {}),
	});
	const [ends, advice] = expected[reason as keyof typeof deviceReasons];
	const result = await bench.send({ recipients: phone, title: 'Hi', options: { retries: 0 } });
	if (ends === 'run') {
		expect(result.error?.description).toMatch(advice);
		expect(result.error?.message).toMatch(/^[A-Z].*[^.] \(\w+\)\.$/);
		return;
	}
	expect(result.status).toBe('success');
	expect(result.items('Send')[0]?.json).toMatchObject({
		success: false,
		outcome: 'rejected',
		status,
		reason: spelling,
		advice: expect.stringMatching(advice),
		...(status === 410 ? { unregisteredAt: '2017-10-17T14:17:45.488Z' } : {}),
		attempts: ends === 'resent' ? 6 : 1,
	});
});

it('keeps a reason Apple may add later, and describes it by its status', async () => {
	bench.peer.simulator.script.always({ type: 'answer', status: 400, reason: 'BadHologram' });
	const result = await bench.send({ recipients: phone, title: 'Hi' });
	expect(result.items('Send')[0]?.json).toMatchObject({
		reason: 'BadHologram',
		message: 'APNs answered BadHologram (status 400).',
		advice: expect.stringMatching(/Handling notification responses/),
	});
});
