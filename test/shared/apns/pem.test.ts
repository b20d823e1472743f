/** What a pasted file says of itself: how long it is, whether it is PKCS#12, and whether its base64 is whole. */
import { derLength, looksLikePkcs12, readPem } from '../../../nodes/shared/apns/pem';

const octets = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex');

it.each<readonly [string, string, number | undefined]>([
	['nothing', '', undefined],
	['a SEQUENCE without its length', '30', undefined],
	['another value', '31 00', undefined],
	['an empty SEQUENCE', '30 00', 2],
	['the longest with one octet of length', '30 7f', 129],
	['an indefinite length', '30 80 02 01 03', undefined],
	['one more octet of length', '30 81 80', 131],
	['two', '30 82 01 00', 260],
	['two, of which one is missing', '30 82 01', undefined],
	['four', '30 84 00 00 00 01', 7],
	['five, more than any file has', '30 85 00 00 00 00 01', undefined],
])('the length of %s', (_what, hex, length) => {
	expect(derLength(octets(hex))).toBe(length);
});

it.each<readonly [string, string, boolean]>([
	['version 3', '30 03 02 01 03', true],
	['version 3 in a file that was cut', '30 82 01 00 02 01 03', true],
	['version 3 in a file of indefinite length', '30 80 02 01 03', true],
	['version 0, as a private key has', '30 03 02 01 00', false],
	['a version of two octets', '30 04 02 02 03 00', false],
	['something else than a version', '30 03 04 01 03', false],
	['no SEQUENCE', '31 03 02 01 03', false],
	['nothing', '', false],
])('PKCS#12 by its version: %s', (_what, hex, expected) => {
	expect(looksLikePkcs12(octets(hex))).toBe(expected);
});

it.each<readonly [string, string, boolean]>([
	['whole', 'AQIDBAUG', true],
	['with blanks and in the alphabet of URLs', 'AQ ID\n__-_', true],
	['with a character in front that is none of base64', '!AQIDBAUG', false],
	['with one in the middle', 'AQID!BAUG', false],
	['with one at its end', 'AQIDBAUG!', false],
	['with one digit too many', 'AQIDBAUGA', false],
])('base64 %s', (_how, text, intact) => {
	expect(readPem(`-----BEGIN PRIVATE KEY-----\n${text}\n-----END PRIVATE KEY-----`)).toEqual([
		expect.objectContaining({ intact }),
	]);
});
