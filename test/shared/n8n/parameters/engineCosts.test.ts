/** Expressions that had to go through n8n's engine are named as the form names them, once they cost somebody's time. */
import { properties } from '../../../../nodes/ApnsSend/properties';
import { EngineCosts } from '../../../../nodes/shared/n8n/parameters/engineCosts';

let nowMs: number;
let costs: EngineCosts;

beforeEach(() => {
	nowMs = 0;
	costs = new EngineCosts(properties, () => nowMs);
});

const evaluate = (name: string, ms: number): unknown =>
	costs.measure(name, () => {
		nowMs += ms;
		return 'value';
	});

it('names nothing that took less than a second in all', () => {
	evaluate('title', 500);
	evaluate('title', 499);
	expect(costs.texts()).toEqual([]);
});

it('names the fields as the form does, the most expensive first', () => {
	for (let n = 0; n < 1_500; n += 1) evaluate('title', 1);
	evaluate('options.collapseId', 2_000);
	expect(costs.texts()).toEqual([
		expect.stringMatching(
			/^The expression in 'Collapse ID' was evaluated once by n8n, which took 2\.0 seconds in all\./,
		),
		expect.stringMatching(
			/^The expression in 'Title' was evaluated 1,500 times by n8n, which took 1\.5 seconds in all\./,
		),
	]);
});

it('hands out what the evaluation gives, and counts one that throws', () => {
	expect(evaluate('title', 1)).toBe('value');
	expect(() =>
		costs.measure('body', () => {
			nowMs += 1_000;
			throw new Error('no such node');
		}),
	).toThrow('no such node');
	expect(costs.texts()).toEqual([expect.stringMatching(/^The expression in 'Body' was evaluated once/)]);
});

it('names a parameter the form does not have by its path', () => {
	evaluate('gone.with', 1_000);
	expect(costs.texts()).toEqual([expect.stringMatching(/^The expression in 'gone\.with' was evaluated once/)]);
});
