/** Who shows no credential learns that first, whatever else is wrong with the push, and gets the `apns-id` back. */
import type { Bench, TestClient } from './testClient';
import { startBench } from './testClient';

const alert = '{"aps":{"alert":"Hello"}}';
const asked = '4084a6e4-9ea8-4d2a-8a49-9a344a152da7';
const paths = {
	'no token': '/3/device/',
	'a token that is not hex': '/3/device/not-a-token',
	'a token of odd length': `/3/device/${'a'.repeat(63)}`,
	'a token that is too long': `/3/device/${'ab'.repeat(101)}`,
	'a good token': `/3/device/${'ab'.repeat(32)}`,
};

let bench: Bench;
let client: TestClient;

beforeAll(async () => {
	bench = await startBench();
	client = await bench.connect();
});

afterAll(() => bench.close());

test.each(Object.entries(paths))('without authorization: %s', async (_what, path) => {
	const bare = bench.push({ ':path': path, authorization: undefined, 'apns-topic': undefined, 'apns-id': asked });
	const reply = await client.request(bare, alert);
	expect(reply).toMatchObject({ status: 403, json: { reason: 'MissingProviderToken' } });
	expect(reply.headers).toMatchObject({ ':status': '403', 'apns-id': asked });
});

test('an id that was not given is made in upper case', async () => {
	const reply = await client.request(bench.push({ ':path': '/3/device/x', authorization: undefined }), alert);
	expect(reply.headers['apns-id']).toMatch(/^[0-9A-F]{8}(-[0-9A-F]{4}){3}-[0-9A-F]{12}$/);
});

test.each(Object.entries(paths).slice(1, 4))(
	'with a good token the device token is looked at: %s',
	async (_what, path) => {
		const reply = await client.request(bench.push({ ':path': path }), alert);
		expect(reply).toMatchObject({ status: 400, reason: 'BadDeviceToken' });
	},
);
