/** Counts what came, so that a webhook answers with one item. */
'use strict';
const { describe } = require('./shared.cjs');

class BenchCount {
	description = describe('Bench Count', 'benchCount');

	async execute() {
		const items = this.getInputData();
		const accepted = items.filter(({ json }) => json.outcome === 'accepted').length;
		return [[{ json: { items: items.length, accepted }, pairedItem: { item: 0 } }]];
	}
}

module.exports = { BenchCount };
