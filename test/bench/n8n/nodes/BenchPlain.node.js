/** Reads each parameter for each item as most nodes do, and sends nothing. */
'use strict';
const { describe, resultOf, text } = require('./shared.cjs');

class BenchPlain {
	description = describe('Bench Plain', 'benchPlain', [
		text('Token', 'token'),
		text('Title', 'title'),
		text('Body', 'body'),
	]);

	async execute() {
		return [
			this.getInputData().map((_item, item) => {
				this.getNodeParameter('title', item);
				this.getNodeParameter('body', item);
				return resultOf(this.getNodeParameter('token', item), item);
			}),
		];
	}
}

module.exports = { BenchPlain };
