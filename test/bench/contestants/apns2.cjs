/** The library apns2, as its README uses it. It has no port option, so its pool is made anew, with its own settings, for ours. */
const { ApnsClient, Notification } = require('../peers/node_modules/apns2');
const { Pool } = require('../peers/node_modules/undici');
const { settings, deviceToken, payload, pump, measure } = require('./common.cjs');

const client = new ApnsClient({
	team: settings.teamId,
	keyId: settings.keyId,
	signingKey: settings.privateKey,
	defaultTopic: 'com.example.app',
	host: 'localhost',
});
client.client = new Pool(`https://localhost:${settings.port}`, {
	connections: 32,
	pipelining: 1,
	allowH2: true,
	maxConcurrentStreams: 100,
	connect: { ca: settings.ca },
});

const send = async (n) => {
	try {
		await client.send(new Notification(deviceToken(n), { aps: payload(n).aps }));
		return true;
	} catch {
		return false;
	}
};

void measure((count) => pump(count, settings.streams, send));
