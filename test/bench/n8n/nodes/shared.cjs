/** What the benchmark's own nodes have in common. */
'use strict';

const yieldNow = () => new Promise((resolve) => setImmediate(resolve));

function describe(displayName, name, properties = []) {
	return {
		displayName,
		name,
		group: ['transform'],
		version: 1,
		description: `${displayName} of the benchmark`,
		defaults: { name: displayName },
		inputs: ['main'],
		outputs: ['main'],
		properties,
	};
}

const text = (displayName, name) => ({ displayName, name, type: 'string', default: '' });

/** A result as large as one of APNs Send. */
const resultOf = (token, item) => ({
	json: {
		success: true,
		recipient: token,
		outcome: 'accepted',
		reason: null,
		message: null,
		advice: null,
		status: 200,
		deviceToken: token,
		pushType: 'alert',
		topic: 'com.example.app',
		environment: 'production',
		apnsId: null,
		attempts: 1,
	},
	pairedItem: { item },
});

module.exports = { describe, resultOf, text, yieldNow };
