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

	it.each<readonly [string, unknown, number]>([
		['the first second as ISO text', '1970-01-01T00:00:00Z', 0],
		['the first second as a Date', new Date(0), 0],
		['the last millisecond of the year 9999', 253_402_300_799_999, 253_402_300_799],
		['the last second of the year 9999 as a Date', new Date(253_402_300_799_000), 253_402_300_799],
		['the largest number that is seconds', 99_999_999_999, 99_999_999_999],
		['the smallest number that is milliseconds', 100_000_000_000, 100_000_000],
		['seconds with several decimals as text', '17.256', 17],
		['ISO text with a comma and one decimal', '2026-11-24T10:30:00,5Z', seconds],
		['ISO text with nine decimals', '2026-11-24T10:30:00.123456789Z', seconds],
		['ISO text in small letters', '2026-11-24t10:30:00z', seconds],
		['ISO text with a blank before its zone', '2026-11-24T10:30:00 +00:00', seconds],
		['ISO text with an offset to the west', '2026-11-24T07:00:00-03:30', seconds],
		[
			'the last second of a minute, an hour and a day',
			'2026-11-23T23:59:59Z',
			Date.UTC(2026, 10, 23, 23, 59, 59) / 1_000,
		],
		['29 February', '2024-02-29', Date.UTC(2024, 1, 29) / 1_000],
		['an object of another library', { toMillis: () => seconds * 1_000 }, seconds],
		['an object with a number as its value', { valueOf: () => seconds * 1_000 + 999 }, seconds],
		['text of a mail with an offset', 'Tue, 24 Nov 2026 11:30:00 +0100', seconds],
		['text of a mail in UTC', 'Tue, 24 Nov 2026 10:30:00 UTC', seconds],
	])('may be %s', (_name, value, expected) => {
		expect(toUnixSeconds('expiration', value)).toBe(expected);
	});

	it.each([
		['Asia/Kolkata', '2026-11-24T16:00:00'],
		['America/St_Johns', '2026-11-24T07:00:00'],
		['Pacific/Kiritimati', '2026-11-25T00:30:00'],
		['UTC', '2026-11-24T10:30:00'],
	])('without a zone is read in %s', (timeZone, text) => {
		expect(toUnixSeconds('expiration', text, { timeZone })).toBe(seconds);
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
		['the month 13', '2026-13-01T00:00:00'],
		['the month 0', '2026-00-10T00:00:00'],
		['the day 0', '2026-11-00T00:00:00'],
		['30 February', '2024-02-30'],
		['24 o’clock', '2026-11-24T24:00:00'],
		['25 o’clock', '2026-11-24T25:00:00'],
		['the minute 60', '2026-11-24T10:60:00'],
		['the second 60', '2026-11-24T10:30:60'],
		['ISO text with something before it', 'x2026-11-24T10:30:00Z'],
		['ISO text with something behind it', '2026-11-24T10:30:00Zx'],
		['ISO text of a year with five digits', '12026-11-24T10:30:00Z'],
		['ISO text with one digit for the month', '2026-1-24T10:30:00Z'],
		['ISO text with an hour alone', '2026-11-24T10'],
		['ISO text of the year 75', '0075-11-24T10:30:00Z'],
		['ISO text before 1970', '1969-12-31T23:59:59Z'],
		['text of a mail before 1970', 'Wed, 31 Dec 1969 23:59:59 GMT'],
		['text of a mail without a zone', 'Tue, 24 Nov 2026 10:30:00'],
		['text of a mail that names no time', 'Tue, nonsense GMT'],
		['digits with a word', '17 days'],
		['digits with a point alone', '17.'],
		['the millisecond after the year 9999', 253_402_300_800_000],
		['a Date after the year 9999', new Date(253_402_300_800_000)],
		['a Date before 1970', new Date(-1)],
		['blanks', '  '],
		['an infinite number', Number.POSITIVE_INFINITY],
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

	it('that is left empty is told without quoting nothing', () => {
		for (const value of ['', ' \n'])
			expect(() => toUnixSeconds('expiration', value)).toThrow(/^The expiration is not a time\.$/);
	});
});
