/** What the documents point to exists: links, headings, files, commands; what they show as code is code; their tables are the code's. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { documentNames, fillTables, readDocument } from '../../tools/docs/tables';

const root = path.resolve(__dirname, '../..');
const documents = documentNames();
const { scripts } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
	scripts: Record<string, string>;
};

const tests = readdirSync(path.join(root, 'test'), { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.test.ts'))
	.map((file) => `test/${file.split(path.sep).join('/')}`);

interface Block {
	readonly language: string;
	readonly code: string;
}

/** Fenced code, and the text without it. */
function split(document: string): { blocks: Block[]; prose: string } {
	const blocks: Block[] = [];
	const prose = document.replace(
		/^( *)```(\w*)\n([\s\S]*?)^\1```$/gm,
		(_all, _indent, language: string, code: string) => {
			blocks.push({ language, code });
			return '';
		},
	);
	return { blocks, prose };
}

/** The anchor GitHub gives a heading. */
const anchorOf = (heading: string): string =>
	heading
		.replace(/`|\*/g, '')
		.toLowerCase()
		.replace(/[^\p{L}\p{N} _-]/gu, '')
		.replaceAll(' ', '-');

const anchors = (document: string): string[] =>
	[...split(document).prose.matchAll(/^#{1,6} (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));

describe.each(documents)('%s', (name) => {
	const text = readDocument(name);
	const { blocks, prose } = split(text);
	const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);

	it('links only to files and headings that exist', () => {
		const broken = links
			.filter((target) => !/^[a-z]+:/.test(target))
			.filter((target) => {
				const [file = '', anchor] = target.split('#');
				const absolute = file === '' ? path.join(root, name) : path.resolve(root, path.dirname(name), file);
				if (!existsSync(absolute)) return true;
				return anchor !== undefined && !anchors(readFileSync(absolute, 'utf8')).includes(anchor);
			});
		expect(broken).toEqual([]);
	});

	it('names only files and folders that exist', () => {
		const named = [
			...prose.matchAll(/`((?:nodes|credentials|test|tools|docs|examples|icons|\.github|\.ci)\/[\w./-]*)`/g),
		].map(([, file = '']) => file);
		expect(named.filter((file) => !existsSync(path.join(root, file)))).toEqual([]);
	});

	it('names only commands the project has', () => {
		const commands = [...text.matchAll(/\bnpm run ([a-z][\w:]*)/g)].map(([, command = '']) => command);
		expect(commands.filter((command) => scripts[command] === undefined)).toEqual([]);
		for (const command of ['start', 'test']) {
			if (new RegExp(`\\bnpm ${command}\\b`).test(text)) expect(scripts[command]).toBeDefined();
		}
	});

	it('names only tests that exist', () => {
		const patterns = [...text.matchAll(/\bnpx jest ((?:test\/[\w/.]+ ?)+)/g)].flatMap(([, list = '']) =>
			list.trim().split(' '),
		);
		expect(patterns.filter((pattern) => !tests.some((file) => file.startsWith(pattern)))).toEqual([]);
	});

	it('says of each piece of code what it is, and shows JSON that can be read', () => {
		const known = ['', 'json', 'js', 'ts', 'sh', 'yaml', 'text', 'console'];
		expect(blocks.filter(({ language }) => !known.includes(language))).toEqual([]);
		for (const { language, code } of blocks) {
			if (language === 'json') expect(() => JSON.parse(code) as unknown).not.toThrow();
		}
	});

	it('shows JavaScript only where a test runs it', () => {
		if (blocks.some(({ language }) => language === 'js')) expect(name).toBe('docs/library.md');
		else expect(name).not.toBe('docs/library.md');
	});

	it('has tables that are up to date (npm run docs writes them anew)', () => {
		expect(text).toBe(fillTables(text));
	});
});

it('writes no address of a machine into a document', () => {
	for (const name of documents)
		expect(readDocument(name)).not.toMatch(/\/(?!home\/node\/)(home|root|work|Users|tmp)\/[a-z]/);
});

it('keeps what stands around a generated table, and refuses what it does not know', () => {
	const page = 'before\n\n<!-- generated: reasons BadDeviceToken -->\nold\n<!-- end -->\n\nafter\n';
	const filled = fillTables(page);
	expect(filled).toMatch(
		/^before\n\n<!-- generated: reasons BadDeviceToken -->\n\n\| reason .*\n\|---.*\n\| `BadDeviceToken` .*\n\n<!-- end -->\n\nafter\n$/,
	);
	expect(fillTables(filled)).toBe(filled);
	expect(() => fillTables('<!-- generated: reasons NoSuchReason -->\n\n<!-- end -->')).toThrow(/NoSuchReason/);
	expect(() => fillTables('<!-- generated: nothing -->\n\n<!-- end -->')).toThrow(/"nothing"/);
});
