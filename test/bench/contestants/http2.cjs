/** Raw `node:http2`: one session, one request per push, as a careful program would write it. */
const http2 = require('node:http2');
const { createPrivateKey, sign } = require('node:crypto');
const { settings, deviceToken, payload, pump, measure } = require('./common.cjs');

const base64url = (text) => Buffer.from(text).toString('base64url');
const unsigned = `${base64url(JSON.stringify({ alg: 'ES256', kid: settings.keyId }))}.${base64url(JSON.stringify({ iss: settings.teamId, iat: Math.floor(Date.now() / 1000) }))}`;
const signature = sign('sha256', Buffer.from(unsigned), {
	key: createPrivateKey(settings.privateKey),
	dsaEncoding: 'ieee-p1363',
});
const authorization = `bearer ${unsigned}.${signature.toString('base64url')}`;

const session = http2.connect(`https://localhost:${settings.port}`, { ca: settings.ca, maxSessionMemory: 1000 });

const send = (n) =>
	new Promise((resolve) => {
		const stream = session.request({
			':method': 'POST',
			':path': `/3/device/${deviceToken(n)}`,
			authorization,
			'apns-topic': 'com.example.app',
			'apns-push-type': 'alert',
			'apns-priority': '10',
		});
		let status;
		stream.on('response', (headers) => {
			status = headers[':status'];
		});
		stream.on('data', () => undefined);
		stream.on('error', () => undefined);
		stream.on('close', () => resolve(status === 200));
		stream.end(JSON.stringify(payload(n)));
	});

session.once('remoteSettings', () => void measure((count) => pump(count, settings.streams, send)));
