/** Times in every form a workflow may hand over, as UNIX seconds. */
import { DateTime } from 'luxon';
import { FieldProblem } from '../../../nodes/shared/apns/problems';
import { toUnixSeconds } from '../../../nodes/shared/apns/times';

const seconds = Date.UTC(2026, 10, 24, 10, 30) / 1_000;
const berlin = { timeZone: 'Europe/Berlin' };

describe('a time', () => {
	it.each<readonly [string, unknown]>([
		['seconds', seconds],
		['seconds with a fraction', seconds + 0.999],
		['milliseconds', seconds * 1_000],
		['seconds as text', String(seconds)],
		['milliseconds as text', ` ${seconds * 1_000} `],
		['ISO text in UTC', '2026-11-24T10:30:00Z'],
		['ISO text without seconds', '2026-11-24T10:30Z'],
		['ISO text with milliseconds', '2026-11-24T10:30:00.123Z'],
		['ISO text with an offset', '2026-11-24T11:30:00+01:00'],
		['ISO text with a short offset', '2026-11-24 05:30:00-05'],
		['ISO text with an offset of half an hour', '2026-11-24T16:00:00+0530'],
		['ISO text without a zone', '2026-11-24T10:30:00'],
		['text of a mail or an HTTP header', 'Tue, 24 Nov 2026 10:30:00 GMT'],
		['text as JavaScript prints it', 'Tue Nov 24 2026 11:30:00 GMT+0100 (Central European Standard Time)'],
		['a Date', new Date(seconds * 1_000)],
		['a DateTime of luxon', DateTime.fromSeconds(seconds, { zone: 'Asia/Tokyo' })],
	])('is read from %s', (_name, value) => {
		expect(toUnixSeconds('expiration', value)).toBe(seconds);
	});

	it.each([
		['in winter', '2026-11-24T11:30:00', seconds],
		['in summer', '2026-07-01T12:00:00', Date.UTC(2026, 6, 1, 10) / 1_000],
		['just before clocks go forward', '2026-03-29 01:59:59', Date.UTC(2026, 2, 29, 0, 59, 59) / 1_000],
		['just after clocks go forward', '2026-03-29 03:00:00', Date.UTC(2026, 2, 29, 1) / 1_000],
		['after clocks went back', '2026-10-25 03:30:00', Date.UTC(2026, 9, 25, 2, 30) / 1_000],
		['as a day', '2026-11-24', Date.UTC(2026, 10, 23, 23) / 1_000],
	])('without a zone is read in the zone given, %s', (_name, text, expected) => {
		expect(toUnixSeconds('expiration', text, berlin)).toBe(expected);
	});

	it('with a zone ignores the zone given', () => {
		expect(toUnixSeconds('expiration', '2026-11-24T10:30:00Z', berlin)).toBe(seconds);
	});

	it('of 0 stays 0: one attempt, not stored', () => {
		expect([toUnixSeconds('expiration', 0), toUnixSeconds('expiration', '0')]).toEqual([0, 0]);
	});

	it.each<readonly [string, unknown]>([
		['a word', 'tomorrow'],
		['a word with a number, which JavaScript takes for a year', 'Hello 5'],
		['a date of another order', '24.11.2026'],
		['an American date', '11/24/2026'],
		['31 February', '2026-02-31'],
		['25 o’clock', '2026-11-24T25:00:00'],
		['a negative number', -1],
		['microseconds', seconds * 1e6],
		['nanoseconds as text', String(seconds * 1e9)],
		['NaN', Number.NaN],
		['nothing', ''],
		['null', null],
		['a boolean', true],
		['an object', {}],
		['an invalid Date', new Date('nonsense')],
	])('is not %s', (_name, value) => {
		expect(() => toUnixSeconds('expiration', value)).toThrow(FieldProblem);
		expect(() => toUnixSeconds('expiration', value)).toThrow(/^The expiration .*is not a time/);
	});
});
