/** The product reads no environment variable but those of a proxy, and what Node itself reads; it touches no file and starts no program. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { type PackedPackage, packPackage } from '../n8n/pack';

const root = path.resolve(__dirname, '../..');
let packed: PackedPackage;
beforeAll(() => {
	packed = packPackage();
});
afterAll(() => packed.remove());

/** `process.x` in a script: every property of the global `process` it touches, found in the syntax, not in the text. */
function processUses(file: string): string[] {
	const source = ts.createSourceFile(
		file,
		readFileSync(path.join(packed.dir, file), 'utf8'),
		ts.ScriptTarget.ES2022,
		true,
	);
	const uses: string[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isIdentifier(node) && node.text === 'process') {
			const { parent } = node;
			if (ts.isPropertyAccessExpression(parent) && parent.expression === node) uses.push(parent.name.text);
			else if (
				!ts.isPropertyAccessExpression(parent) &&
				!ts.isPropertyAssignment(parent) &&
				!ts.isMethodDeclaration(parent)
			)
				uses.push(parent.getText());
		}
		ts.forEachChild(node, visit);
	};
	visit(source);
	return uses;
}

const own = (): string[] => packed.files.filter((file) => file.endsWith('.js') && !file.includes('/vendor/'));
const bundles = (): string[] => packed.files.filter((file) => file.endsWith('.js') && file.includes('/vendor/'));

it('reads the environment in one place, for the proxy alone', () => {
	const uses = own().flatMap((file) => processUses(file).map((use) => `${path.basename(file)}: process.${use}`));
	expect([...new Set(uses)].sort()).toEqual([
		'options.js: process.env',
		// Get Statistics says which process its figures are from.
		'processFacts.js: process.argv',
		'processFacts.js: process.pid',
		'processFacts.js: process.uptime',
	]);
	const source = readFileSync(path.join(root, 'nodes/shared/transport/proxyEnvironment.ts'), 'utf8');
	const variables = [...source.matchAll(/'([A-Za-z_]*(?:proxy|PROXY|HOME|PATH|KEY|TOKEN)[A-Za-z_]*)'/g)].map(
		([, name = '']) => name.toUpperCase(),
	);
	expect([...new Set(variables)].sort()).toEqual(['HTTPS_PROXY', 'NO_PROXY']);
});

it('bundles libraries that read none', () => {
	const uses = bundles().flatMap((file) => processUses(file).map((use) => `${path.basename(file)}: ${use}`));
	expect(uses.filter((use) => /: env$/.test(use))).toEqual([]);
});

it('reads and writes no file, and starts no program', () => {
	const forbidden = /\brequire\("(?:node:)?(fs|fs\/promises|child_process|worker_threads|cluster|module|vm)"\)/;
	expect(
		[...own(), ...bundles()].filter((file) => forbidden.test(readFileSync(path.join(packed.dir, file), 'utf8'))),
	).toEqual([]);
});

it('is said in the README and in the security policy', () => {
	for (const file of ['README.md', 'SECURITY.md']) {
		const text = readFileSync(path.join(root, file), 'utf8');
		const variables = ['HTTPS_PROXY', 'NO_PROXY', 'NODE_DEBUG'];
		expect({ file, missing: variables.filter((name) => !text.includes(`\`${name}\``)) }).toEqual({ file, missing: [] });
	}
});
