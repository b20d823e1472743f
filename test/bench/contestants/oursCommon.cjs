/** What both contestants of this package share: its client, and the n-th push as its callers write it. */
const { ApnsClient } = require('../../../dist/nodes/shared/client/apnsClient.js');
const { settings, deviceToken, payload } = require('./common.cjs');

const endpoint = { host: 'localhost', port: settings.port };
const client = new ApnsClient({
	identity: { type: 'token', teamId: settings.teamId, keyId: settings.keyId, privateKeyPem: settings.privateKey },
	endpoint,
	managementEndpoint: endpoint,
	caBundle: settings.ca,
	maxConnections: settings.connections ?? 1,
	maxInFlight: settings.streams,
});

const push = (n) => ({
	deviceToken: deviceToken(n),
	topic: 'com.example.app',
	pushType: 'alert',
	priority: 10,
	payload: Buffer.from(JSON.stringify(payload(n))),
});

module.exports = { client, push };
