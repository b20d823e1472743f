/** What the documents repeat by hand is what the code has: the constants of a connection's life, and the push types. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pushTypeRows } from '../../nodes/shared/apns/pushTypes';
import { defaults } from '../../nodes/shared/client/defaults';
import { defaultLimits } from '../../nodes/shared/http2/limits';
import { timing } from '../../nodes/shared/transport/timing';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');

it('docs/connection-lifetime.md names every constant with its value', () => {
	const rows = [...read('docs/connection-lifetime.md').matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(
		([, name, value]) => [name, Number(value?.replaceAll(',', ''))],
	);
	expect(Object.fromEntries(rows)).toEqual({ ...timing, ...defaults, ...defaultLimits });
});

it('README.md names every push type, and how many there are', () => {
	const sentence = /All (\w+) push types are supported: ([^.]+)\./.exec(read('README.md'));
	const [, count, names = ''] = sentence ?? [];
	expect(names.replace(/\s+/g, ' ').split(/, | and /)).toEqual(pushTypeRows.map(({ displayName }) => displayName));
	const words = ['nine', 'ten', 'eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen'];
	expect(count).toBe(words[pushTypeRows.length - 9]);
});
