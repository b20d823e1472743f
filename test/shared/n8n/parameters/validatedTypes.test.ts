/** n8n converts parameters with `validateType` while it evaluates them; reading them directly would not. No property has it. */
import { readdirSync } from 'node:fs';
import path from 'node:path';

const nodesDir = path.resolve(__dirname, '../../../../nodes');

/** Names of all properties, at any depth of a description, that have the key. */
function holdersOf(key: string, value: unknown): string[] {
	if (typeof value !== 'object' || value === null) return [];
	const own = key in value ? [String(Reflect.get(value, 'name'))] : [];
	return [...own, ...Object.values(value).flatMap((member) => holdersOf(key, member))];
}

const nodeFiles = readdirSync(nodesDir, { recursive: true, encoding: 'utf8' }).filter((file) =>
	file.endsWith('.node.ts'),
);

it.each(nodeFiles)('%s leaves the types of its parameters as they are', (file) => {
	const exported: Record<string, new () => { description: unknown }> = jest.requireActual(path.join(nodesDir, file));
	const descriptions = Object.values(exported).map((Node) => new Node().description);
	expect(descriptions).not.toHaveLength(0);
	expect(holdersOf('displayName', descriptions).length).toBeGreaterThan(3);
	expect(holdersOf('validateType', descriptions)).toEqual([]);
});
