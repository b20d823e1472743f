/** One entry as a device token, at the edges of what counts as one. */
import { noRecipients, readToken } from '../../../nodes/shared/apns/deviceToken';
import { FieldProblem, type ProblemCode } from '../../../nodes/shared/apns/problems';

/** The token, or the code of the problem. */
function readAs(entry: unknown, allowBase64?: boolean): string {
	try {
		return readToken(entry, { allowBase64 });
	} catch (error) {
		if (error instanceof FieldProblem) return `${error.field} ${error.code}`;
		throw error;
	}
}

const problem = (code: ProblemCode): string => `recipients ${code}`;
const base64 = (bytes: number): string => Buffer.alloc(bytes, 0xfb).toString('base64');

it.each<readonly [string, unknown, string]>([
	['a number', 12, problem('notText')],
	['a large number', 12n, problem('notText')],
	['undefined', undefined, problem('missing')],
	['null', null, problem('missing')],
	['an empty text', '', problem('missing')],
	['an object', {}, problem('notText')],
	['a boolean', true, problem('notText')],
	['512 digits', 'a'.repeat(512), 'a'.repeat(512)],
	['514 digits', 'a'.repeat(514), problem('tooLong')],
	['513 digits', 'a'.repeat(513), problem('badLength')],
	['one digit', 'a', problem('badLength')],
	['two digits', 'AB', 'ab'],
	['hexadecimal with a prefix', '0xab', problem('notHex')],
	['a word', 'token', problem('notHex')],
])('%s', (_what, entry, expected) => {
	expect(readAs(entry)).toBe(expected);
});

it.each<readonly [number, string]>([
	[15, problem('notHex')],
	[16, 'fb'.repeat(16)],
	[32, 'fb'.repeat(32)],
	[256, 'fb'.repeat(256)],
	[257, problem('notHex')],
])('base64 of %d octets, where it is allowed', (bytes, expected) => {
	expect(readAs(base64(bytes), true)).toBe(expected);
});

describe('base64 where it is not allowed is named', () => {
	const message = (entry: string): string => {
		try {
			return readToken(entry, {});
		} catch (error) {
			return error instanceof Error ? error.message : '';
		}
	};
	it.each([
		['by its signs', base64(16), true],
		['in its form for URLs, by the length of 32 octets', 'gh'.repeat(21) + 'i', true],
		['not for another length', 'gh'.repeat(21), false],
		['not for a longer one', 'gh'.repeat(22), false],
		['not for signs it does not have', `${'gh'.repeat(21)}.`, false],
	])('%s', (_how, entry, isNamed) => {
		expect(message(entry).includes('It may be base64')).toBe(isNamed);
	});
});

it('no entry at all is a missing one, and the advice names the field', () => {
	const { field, code, remedy } = noRecipients();
	expect([field, code, JSON.stringify(remedy)]).toEqual([
		'recipients',
		'missing',
		expect.stringContaining('recipients'),
	]);
});
