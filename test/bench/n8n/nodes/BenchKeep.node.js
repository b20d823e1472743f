/** Keeps one result for each device token and gives way to others every millisecond: what any node that returns these items costs. */
'use strict';
const { describe, resultOf, yieldNow } = require('./shared.cjs');

class BenchKeep {
	description = describe('Bench Keep', 'benchKeep');

	async execute() {
		const output = [];
		let last = performance.now();
		for (const [item, { json }] of this.getInputData().entries()) {
			for (const token of Array.isArray(json.tokens) ? json.tokens : [json.token]) {
				output.push(resultOf(token, item));
				if (performance.now() - last < 1) continue;
				await yieldNow();
				last = performance.now();
			}
		}
		return [output];
	}
}

module.exports = { BenchKeep };
