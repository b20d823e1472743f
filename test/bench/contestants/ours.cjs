/** This package, through its public ApnsClient: a promise per push, payload encoding and result included. */
const { ApnsClient } = require('../../../dist/nodes/shared/client/apnsClient.js');
const { settings, deviceToken, payload, pump, measure } = require('./common.cjs');

const endpoint = { host: 'localhost', port: settings.port };
const client = new ApnsClient({
	identity: { type: 'token', teamId: settings.teamId, keyId: settings.keyId, privateKeyPem: settings.privateKey },
	endpoint,
	managementEndpoint: endpoint,
	caBundle: settings.ca,
	maxConnections: settings.connections ?? 1,
	maxInFlight: settings.streams,
});

const send = async (n) => {
	const outcome = await client.send({
		deviceToken: deviceToken(n),
		topic: 'com.example.app',
		pushType: 'alert',
		priority: 10,
		payload: Buffer.from(JSON.stringify(payload(n))),
	});
	return outcome.outcome === 'accepted';
};

void measure((count) => pump(count, settings.streams * (settings.connections ?? 1), send));
