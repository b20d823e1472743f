/** The lint rules really hold the layers: one import up, or one socket too many, is an error on every floor. */
import { execFileSync } from 'node:child_process';
import path from 'node:path';

const root = path.resolve(__dirname, '../..');

/** ESLint loads its configuration with import(), which jest's modules do not have: it runs in a process of its own, once. */
const lintAll = `
const { ESLint } = require('eslint');
const cases = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
const eslint = new ESLint();
(async () => {
	const found = [];
	for (const { file, code } of cases) {
		const [result] = await eslint.lintText(code, { filePath: file });
		found.push(result.messages.map(({ ruleId }) => ruleId ?? 'parse error'));
	}
	process.stdout.write(JSON.stringify(found));
})();`;

// prettier-ignore
const forbidden: ReadonlyArray<readonly [file: string, imported: string]> = [
	['nodes/shared/http2/limits.ts', '../apns/headers'],
	['nodes/shared/http2/limits.ts', 'node:tls'],
	['nodes/shared/http2/limits.ts', 'node:timers'],
	['nodes/shared/apns/times.ts', '../transport/clock'],
	['nodes/shared/apns/times.ts', 'node:net'],
	['nodes/shared/apns/times.ts', 'n8n-workflow'],
	['nodes/shared/apns/times.ts', 'jose'],
	['nodes/shared/transport/timing.ts', '../apns/reasons'],
	['nodes/shared/transport/timing.ts', 'n8n-workflow'],
	['nodes/shared/client/options.ts', '../n8n/credential'],
	['nodes/shared/client/options.ts', 'node:tls'],
	['nodes/shared/outcome.ts', './n8n/credential'],
	['nodes/shared/outcome.ts', 'n8n-workflow'],
	['nodes/shared/n8n/values.ts', '../../ApnsSend/settings'],
	['nodes/shared/n8n/values.ts', 'node:http2'],
	['nodes/ApnsSend/payload.ts', 'node:net'],
	['nodes/ApnsSend/payload.ts', '../../tools/simulator/facts'],
];

// prettier-ignore
const allowed: ReadonlyArray<readonly [file: string, imported: string]> = [
	['nodes/shared/http2/limits.ts', './frames'],
	['nodes/shared/apns/times.ts', './problems'],
	['nodes/shared/transport/timing.ts', '../http2/limits'],
	['nodes/shared/client/options.ts', '../transport/clock'],
	['nodes/ApnsSend/payload.ts', '../shared/n8n/values'],
];

let found: string[][];

beforeAll(() => {
	const cases = [...forbidden, ...allowed].map(([file, imported]) => ({
		file,
		code: `/** x */\nimport * as x from '${imported}';\nexport const y = x;\n`,
	}));
	// Where the environment says CI=true, typescript-eslint parses each file once, from disk, and never sees the text it is given here.
	const env = { ...process.env, TSESTREE_SINGLE_RUN: 'false' };
	found = JSON.parse(
		execFileSync(process.execPath, ['-e', lintAll], { cwd: root, env, input: JSON.stringify(cases), encoding: 'utf8' }),
	) as string[][];
}, 120_000);

const restricted = (index: number): string[] =>
	(found[index] ?? ['not linted']).filter((id) => /restricted|parse|not linted/.test(id));

it.each(forbidden.map(([file, imported], index) => [file, imported, index] as const))(
	'%s may not import %s',
	(_file, _imported, index) => {
		expect(restricted(index)).toEqual([expect.stringMatching(/restricted/)]);
	},
);

it.each(allowed.map(([file, imported], index) => [file, imported, forbidden.length + index] as const))(
	'%s may import %s',
	(_file, _imported, index) => {
		expect(restricted(index)).toEqual([]);
	},
);
