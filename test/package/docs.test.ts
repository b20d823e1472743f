/** The documents say what the code does: every constant of a connection's life stands there with its value, every link leads somewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { defaultLimits } from '../../nodes/shared/http2/limits';
import { timing } from '../../nodes/shared/transport/timing';

const root = path.resolve(__dirname, '../..');
const read = (file: string): string => readFileSync(path.join(root, file), 'utf8');
const documents = ['README.md', 'CHANGELOG.md', ...readdirSync(path.join(root, 'docs')).map((file) => `docs/${file}`)];

it('docs/connection-lifetime.md names every constant with its value', () => {
	const rows = [...read('docs/connection-lifetime.md').matchAll(/^\| `(\w+)` \| ([\d,]+) \|/gm)].map(
		([, name, value]) => [name, Number(value?.replaceAll(',', ''))],
	);
	expect(Object.fromEntries(rows)).toEqual({ ...timing, ...defaultLimits });
});

it.each(documents)('%s links only to what exists', (document) => {
	const links = [...read(document).matchAll(/\]\(([^)#:]+)(?:#[^)]*)?\)/g)].map(([, target]) => target ?? '');
	expect(links.filter((target) => !existsSync(path.resolve(root, path.dirname(document), target)))).toEqual([]);
});
