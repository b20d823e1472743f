/** The library @parse/node-apn, as its README uses it: a notification of its own for each device, its payload encoded for each. */
const apn = require('../peers/node_modules/@parse/node-apn');
const { settings, deviceToken, payload, pump, measure } = require('./common.cjs');

const provider = new apn.Provider({
	token: { key: settings.privateKey, keyId: settings.keyId, teamId: settings.teamId },
	ca: settings.ca,
	production: false,
	address: 'localhost',
	port: settings.port,
	requestTimeout: 60_000,
});
// It has no option for another port; this is what its own tests set.
provider.client._mockOverrideUrl = `https://localhost:${settings.port}`;

const send = async (n) => {
	const notification = new apn.Notification({
		topic: 'com.example.app',
		pushType: 'alert',
		priority: 10,
		rawPayload: payload(n),
	});
	const { sent } = await provider.send(notification, deviceToken(n));
	return sent.length === 1;
};

void measure((count) => pump(count, settings.streams, send));
