/** What the first octets of a file say: how long it is, and whether it is PKCS#12. */
import { derLength, looksLikePkcs12 } from '../../../nodes/shared/apns/pem';

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
