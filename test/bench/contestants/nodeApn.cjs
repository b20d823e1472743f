/** The library @parse/node-apn: batches of device tokens with one notification each, below the size where it loses pushes. */
const apn = require('../peers/node_modules/@parse/node-apn');
const { settings, deviceToken, payload, measure } = require('./common.cjs');

const provider = new apn.Provider({
	token: { key: settings.privateKey, keyId: settings.keyId, teamId: settings.teamId },
	ca: settings.ca,
	production: false,
	address: 'localhost',
	port: settings.port,
	requestTimeout: 60_000,
});
provider.client._mockOverrideUrl = `https://localhost:${settings.port}`;

void measure(async (count) => {
	let lost = 0;
	for (let first = 0; first < count; first += settings.streams) {
		const notification = new apn.Notification({ topic: 'com.example.app', pushType: 'alert', priority: 10, rawPayload: payload(first) });
		const tokens = Array.from({ length: Math.min(settings.streams, count - first) }, (_none, index) => deviceToken(first + index));
		const { failed } = await provider.send(notification, tokens);
		lost += failed.length;
	}
	return lost;
});
