/** `npm run test:n8n`: the packed package in the real n8n application. */
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { PINNED_N8N } from './application/install';
import { Programs } from './application/program';
import { agentGroup } from './groups/agent';
import { applicationGroup } from './groups/application';
import { darkEditorGroup, editorGroup } from './groups/editor';
import { examplesGroup } from './groups/examples';
import { installGroup } from './groups/install';
import { queueGroup } from './groups/queue';
import { type Group, runGroups } from './runner';
import { type Ground, prepareGround } from './stage';

/** What the command line says about single groups. */
interface Options {
	readonly executions: number;
	readonly pictures: string;
}

const groupsOf: ReadonlyArray<readonly [name: string, make: (ground: Ground, options: Options) => Group]> = [
	['application', applicationGroup],
	['install', installGroup],
	['queue', (ground, { executions }) => queueGroup(ground, executions)],
	['agent', agentGroup],
	['editor', (ground, { pictures }) => editorGroup(ground, pictures)],
	['editor-dark', (ground, { pictures }) => darkEditorGroup(ground, pictures)],
	['examples', examplesGroup],
];

const usage = `npm run test:n8n -- [options]

  --n8n VERSION   an exact version instead of ${PINNED_N8N}
  --only NAMES    of the groups ${groupsOf.map(([name]) => name).join(', ')}: only these, separated by commas
  --executions N  webhook executions in queue mode (default 5000)
  --pictures DIR  where the editor's screenshots go (default: a folder of the temporary ones)
  --help          print this

n8n and Node are kept in N8N_NODES_APNS_CACHE (default: the folder n8n-nodes-apns of the user's cache).
`;

async function main(): Promise<number> {
	const { values } = parseArgs({
		options: {
			n8n: { type: 'string' },
			only: { type: 'string' },
			executions: { type: 'string' },
			pictures: { type: 'string' },
			help: { type: 'boolean', default: false },
		},
	});
	if (values.help) {
		process.stdout.write(usage);
		return 0;
	}
	const wanted = values.only?.split(',');
	const unknown = wanted?.filter((name) => !groupsOf.some(([known]) => known === name)) ?? [];
	if (unknown.length > 0) throw new Error(`There is no group ${unknown.join(', ')}.\n\n${usage}`);
	const executions = Number(values.executions ?? 5000);
	if (!Number.isInteger(executions) || executions < 1)
		throw new Error('--executions must be a whole number from 1 on.');
	const options = {
		executions,
		pictures: path.resolve(values.pictures ?? path.join(tmpdir(), 'n8n-nodes-apns-pictures')),
	};
	const ground = await prepareGround(new Programs(), values.n8n);
	try {
		return await runGroups(
			groupsOf.filter(([name]) => wanted?.includes(name) ?? true).map(([, make]) => make(ground, options)),
		);
	} finally {
		ground.remove();
	}
}

main().then(
	(failures) => process.exit(failures === 0 ? 0 : 1),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
		process.exit(1);
	},
);
