/** `npm run screenshots`: pictures of the nodes in n8n's editor, of every example, and of the device page. */
import { copyFileSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { installDebian } from '../app/application/debian';
import { Programs } from '../app/application/program';
import { darkEditorGroup, editorGroup } from '../app/groups/editor';
import { runGroups } from '../app/runner';
import { type Ground, prepareGround } from '../app/stage';
import { exampleNames } from '../../tools/n8n/examples';
import { takeDevicePage } from './devicePage';
import { takeRecipes } from './recipes';

const root = path.resolve(__dirname, '../..');
const output = path.join(root, 'test-output/pictures');

interface Part {
	readonly name: string;
	/** Takes the pictures in this folder; returns how many checks failed meanwhile. */
	take(ground: Ground, folder: string): Promise<number>;
	/** Those that the documents show, by the name they have below docs/images. */
	readonly shown: ReadonlyArray<readonly [taken: string, shown: string]>;
}

const same = (...names: readonly string[]) => names.map((name) => [name, name] as const);
const inTheme = (theme: string) => same(...['node-panel', 'rejected'].map((name) => `${name}-${theme}.png`));

const parts: readonly Part[] = [
	{
		name: 'editor',
		take: async (ground, folder) => await runGroups([editorGroup(ground, folder)]),
		shown: inTheme('light'),
	},
	{
		name: 'editor-dark',
		take: async (ground, folder) => await runGroups([darkEditorGroup(ground, folder)]),
		shown: inTheme('dark'),
	},
	{
		name: 'recipes',
		take: async (ground, folder) => await takeRecipes(ground, folder).then(() => 0),
		shown: exampleNames().map((name) => [`${name}.jpg`, `recipes/${name}.jpg`]),
	},
	{
		name: 'device-page',
		take: async (_ground, folder) => await takeDevicePage(folder).then(() => 0),
		shown: same('device-page-light.jpg', 'device-page-dark.jpg', 'device-page-exchange.jpg'),
	},
];

const usage = `npm run screenshots -- [options]

  --only NAMES    of ${parts.map(({ name }) => name).join(', ')}: only these, separated by commas
  --docs          copies those that the documents show to docs/images
  --help          print this

The pictures are in test-output/pictures.
`;

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			only: { type: 'string' },
			docs: { type: 'boolean', default: false },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(usage);
		return 0;
	}
	const wanted = values.only?.split(',') ?? parts.map(({ name }) => name);
	const unknown = wanted.filter((name) => !parts.some((part) => part.name === name));
	if (unknown.length > 0) throw new Error(`There are no pictures of ${unknown.join(', ')}.\n\n${usage}`);
	const programs = new Programs();
	// Without them the device page shows boxes in place of its symbols.
	await installDebian(programs, 'fonts-inter', 'fonts-noto-color-emoji');
	const ground = await prepareGround(programs);
	try {
		let failures = 0;
		for (const { name, take, shown } of parts.filter((part) => wanted.includes(part.name))) {
			const folder = path.join(output, name);
			mkdirSync(folder, { recursive: true });
			failures += await take(ground, folder);
			process.stdout.write(`${name}: ${folder}\n`);
			if (values.docs)
				for (const [taken, to] of shown) copyFileSync(path.join(folder, taken), path.join(root, 'docs/images', to));
		}
		return failures;
	} finally {
		ground.remove();
	}
}

main().then(
	(failures) => process.exit(failures === 0 ? 0 : 1),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
		process.exit(1);
	},
);
