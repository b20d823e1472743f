/** Numbers and sentences as a person reads them. */
import {
	capital,
	counted,
	countedOf,
	figure,
	plural,
	pushNoun,
	sentence,
	sentences,
	withReason,
} from '../../../../nodes/shared/n8n/run/words';

it.each([
	[0, '0 pushes'],
	[1, '1 push'],
	[2, '2 pushes'],
	[12_000, '12,000 pushes'],
])('%d is counted as %s', (count, expected) => {
	expect(counted(count, pushNoun)).toBe(expected);
});

it.each([
	[1, 1, 'the push'],
	[0, 1, 'the push'],
	[4, 4, 'all 4 pushes'],
	[3, 4, '3 of 4 pushes'],
	[1_000, 1_001, '1,000 of 1,001 pushes'],
])('%d of %d is counted as %s', (count, total, expected) => {
	expect(countedOf(count, total, pushNoun)).toBe(expected);
});

it.each([
	['', ''],
	['  ', ''],
	['It ended', 'It ended.'],
	[' It ended ', 'It ended.'],
	['It ended.', 'It ended.'],
	['Did it?', 'Did it?'],
	['It did!', 'It did!'],
	['and so on…', 'and so on…'],
	['3.5 seconds', '3.5 seconds.'],
	['Other causes:', 'Other causes:'],
])('%j as a sentence is %j', (text, expected) => {
	expect(sentence(text)).toBe(expected);
});

it('sentences stand one behind the other, and empty ones are left out', () => {
	expect(sentences('One', undefined, '', ' ', 'two.', 'three?')).toBe('One. two. three?');
	expect(sentences(undefined, '')).toBe('');
});

it.each([
	['It ended.', undefined, 'It ended.'],
	['It ended.', 'Why', 'It ended (Why).'],
	[' HTTP/1.1 is no answer. ', 'Why', 'HTTP/1.1 is no answer (Why).'],
	['HTTP/1.1 is no answer', 'Why', 'HTTP/1.1 is no answer (Why).'],
])('%j with the reason %p is %j', (message, reason, expected) => {
	expect(withReason(message, reason)).toBe(expected);
});

it('a text gets a capital, a figure its commas, and one its own form', () => {
	expect([capital('a bc'), capital(''), figure(1_234.6), plural(1, 'was', 'were'), plural(0, 'was', 'were')]).toEqual([
		'A bc',
		'',
		'1,235',
		'was',
		'were',
	]);
});
