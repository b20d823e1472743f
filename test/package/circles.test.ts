/** No file of the product imports itself by way of others, types included: each can be read after what it imports. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

const nodes = path.resolve(__dirname, '../../nodes');
const files = readdirSync(nodes, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts'))
	.map((name) => path.join(nodes, name));

/** The product files a file imports, by name of file. */
const imports = new Map(
	files.map((file) => {
		const { importedFiles } = ts.preProcessFile(readFileSync(file, 'utf8'));
		const own = importedFiles.filter(({ fileName }) => fileName.startsWith('.'));
		const named = own.map(({ fileName }) => path.resolve(path.dirname(file), `${fileName}.ts`));
		return [file, named.filter((target) => files.includes(target))];
	}),
);

/** The first way from a file back to itself; undefined when there is none. */
function circleFrom(start: string): string[] | undefined {
	const seen = new Set<string>();
	const search = (at: string, way: readonly string[]): string[] | undefined => {
		for (const next of imports.get(at) ?? []) {
			if (next === start) return [...way, next];
			if (seen.has(next)) continue;
			seen.add(next);
			const found = search(next, [...way, next]);
			if (found !== undefined) return found;
		}
		return undefined;
	};
	return search(start, [start]);
}

test('the imports of the product are read', () => {
	expect(files.length).toBeGreaterThan(100);
	expect([...imports.values()].flat().length).toBeGreaterThan(files.length);
});

test('no file imports itself by way of others', () => {
	const circles = files.map(circleFrom).filter((way) => way !== undefined);
	expect(circles.map((way) => way.map((file) => path.relative(nodes, file)).join(' → '))).toEqual([]);
});
