/** The texts of problems: the field by name, an excerpt of the value, the choices there are. */
import { field, plainText, text } from '../../../nodes/shared/apns/fields';
import { excerpt, FieldProblem, orProblem, sentenceOf } from '../../../nodes/shared/apns/problems';
import { listed } from '../../../nodes/shared/apns/validate';

describe('texts of problems', () => {
	it.each([
		['short', 'short'],
		['x'.repeat(40), 'x'.repeat(40)],
		['x'.repeat(41), `${'x'.repeat(40)}…`],
		['two\n lines', 'two lines'],
	])('an excerpt of %j', (value, expected) => {
		expect(excerpt(value)).toBe(expected);
	});

	it.each<readonly [readonly string[], string]>([
		[[], ''],
		[['a'], 'a'],
		[['a', 'b'], 'a or b'],
		[['a', 'b', 'c'], 'a, b or c'],
	])('the choices %j', (values, expected) => {
		expect(listed(values)).toBe(expected);
	});

	it('hold numbers as they are', () => {
		expect(plainText(text`from ${0} to ${1} in ${field('badge')}`)).toBe('from 0 to 1 in badge');
	});

	it('name the field, and give the problem back instead of throwing it', () => {
		const problem = new FieldProblem('topic', 'conflict', text`differs from ${field('bundleId')}`, 'Change it.');
		expect(problem.message).toBe('The topic differs from bundle ID.');
		expect(new FieldProblem('payload', 'tooLarge', 'is too large', '').message).toBe('The payload is too large.');
		expect(plainText(sentenceOf(problem))).toBe('topic differs from bundle ID.');
		expect(plainText(sentenceOf(new FieldProblem('payload', 'tooLarge', 'is too large', '')))).toBe(
			'The payload is too large.',
		);
		const thrown = (error: unknown) => () =>
			orProblem(() => {
				throw error;
			});
		expect([orProblem(() => 5), thrown(problem)()]).toEqual([5, problem]);
		expect(thrown(new TypeError('a fault'))).toThrow('a fault');
	});
});
