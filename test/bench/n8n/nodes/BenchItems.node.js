/** Makes the items of a run: one for each device, or one with all device tokens. */
'use strict';
const { describe } = require('./shared.cjs');

const tokenOf = (n) => n.toString(16).padStart(64, '0');

class BenchItems {
	description = describe('Bench Items', 'benchItems', [
		{ displayName: 'Count', name: 'count', type: 'number', default: 0 },
		{ displayName: 'Shape', name: 'shape', type: 'string', default: 'items' },
	]);

	async execute() {
		const count = this.getNodeParameter('count', 0);
		const shape = this.getNodeParameter('shape', 0);
		const tokens = Array.from({ length: count }, (_none, n) => tokenOf(n));
		if (shape === 'list') return [[{ json: { tokens } }]];
		if (shape === 'text') return [[{ json: { tokens: tokens.join('\n') } }]];
		return [
			tokens.map((token, n) => ({
				json: { token, name: `User ${n}`, text: `Message ${n} for you` },
				pairedItem: { item: 0 },
			})),
		];
	}
}

module.exports = { BenchItems };
