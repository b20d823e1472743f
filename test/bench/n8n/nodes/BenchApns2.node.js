/** Sends with the library apns2, as a script in a workflow would: one payload for each item, 32 connections. */
'use strict';
const { describe, resultOf } = require('./shared.cjs');

class BenchApns2 {
	description = describe('Bench Apns2', 'benchApns2');

	async execute() {
		const { ApnsClient, Notification } = require('../../peers/node_modules/apns2');
		const { Pool } = require('../../peers/node_modules/undici');
		const { port, ca, signingKey, keyId } = JSON.parse(process.env.BENCH_APNS2);
		const client = new ApnsClient({
			team: 'TEAM000001',
			keyId,
			signingKey,
			defaultTopic: 'com.example.app',
			host: 'localhost',
		});
		client.client = new Pool(`https://localhost:${port}`, {
			connections: 32,
			pipelining: 1,
			allowH2: true,
			maxConcurrentStreams: 100,
			connect: { ca },
		});
		const items = this.getInputData();
		const output = [];
		let next = 0;
		const work = async () => {
			while (next < items.length) {
				const item = next++;
				const { token, name, text } = items[item].json;
				await client.send(new Notification(token, { alert: { title: `Hello ${name}`, body: text } }));
				output[item] = resultOf(token, item);
			}
		};
		await Promise.all(Array.from({ length: 1_000 }, work));
		await client.client.destroy();
		return [output];
	}
}

module.exports = { BenchApns2 };
