/** This package as its nodes send: one stream of pushes through `sendEach`, payload encoding and result included. */
const { ApnsClient } = require('../../../dist/nodes/shared/client/apnsClient.js');
const { settings, deviceToken, payload, measure } = require('./common.cjs');

const endpoint = { host: 'localhost', port: settings.port };
const client = new ApnsClient({
	identity: { type: 'token', teamId: settings.teamId, keyId: settings.keyId, privateKeyPem: settings.privateKey },
	endpoint,
	managementEndpoint: endpoint,
	caBundle: settings.ca,
	maxConnections: settings.connections ?? 1,
	maxInFlight: settings.streams,
});

function* pushes(count) {
	for (let n = 0; n < count; n++) {
		yield {
			deviceToken: deviceToken(n),
			topic: 'com.example.app',
			pushType: 'alert',
			priority: 10,
			payload: Buffer.from(JSON.stringify(payload(n))),
		};
	}
}

void measure(async (count) => {
	let lost = 0;
	await client.sendEach(pushes(count), ({ outcome }) => {
		if (outcome !== 'accepted') lost += 1;
	});
	return lost;
});
