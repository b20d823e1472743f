/** docs/connection-lifetime.md says what the code does: every constant of a connection's life is there, with its value. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
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
