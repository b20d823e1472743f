/** Text that tries to be more than text. */

/** What it is, and the text. */
export const hostile: ReadonlyArray<readonly [what: string, text: string]> = [
	['a line break and a header', 'a\r\napns-priority: 1'],
	['a line feed', 'a\nb'],
	['a NUL', 'a\0b'],
	['a path upwards', '../../3/device/evil'],
	['a query', 'a?b=c#d'],
	['a slash', 'a/b'],
	['look-alike letters', 'соm.ехаmplе.арр'],
	['full-width digits', '１２３４５６７８９０'],
	['a lone surrogate', 'a\ud800b'],
	['a direction mark', 'a\u202eb'],
];

/** Texts of JSON that are too much, or are not what they seem. */
export const hostileJson: ReadonlyArray<readonly [what: string, text: string]> = [
	[
		'prototype keys',
		'{"aps":{"alert":"x"},"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
	],
	['10 MB', JSON.stringify({ aps: { alert: 'x'.repeat(10_000_000) } })],
	['a depth of 10,000', `{"aps":{"alert":"x"},"deep":${'['.repeat(10_000)}${']'.repeat(10_000)}}`],
	['a depth of 10,000 objects', `{"aps":{"alert":"x"},"deep":${'{"a":'.repeat(10_000)}1${'}'.repeat(10_000)}}`],
	['no JSON', '{"aps":'],
	['no object', '[1,2,3]'],
	['a number beyond any', '{"aps":{"alert":"x"},"n":1e999}'],
];

/** A sentence for the user, as every failed item carries it. */
export const clearMessage = /"message":"[^"]{10,}/;
