/** The parts of `npm run n8n` that need no n8n: its folder, its progress, its practice model, and stocking an n8n twice. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { RestClient } from '../app/application/restClient';
import { openDataFolder, packageHash } from '../../tools/n8n/dataFolder';
import { exampleNames } from '../../tools/n8n/examples';
import { startPracticeModel } from '../../tools/n8n/practiceModel';
import { stockCredentials, stockExamples } from '../../tools/n8n/stock';

let folder: string;

beforeEach(() => {
	folder = mkdtempSync(path.join(tmpdir(), 'n8n-nodes-apns-try-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the data folder', () => {
	test('remembers what it was told, and keeps the encryption key to its owner', () => {
		const first = openDataFolder(path.join(folder, 'data'));
		first.memory.workflows['send-alert'] = 'w1';
		first.save();
		const second = openDataFolder(first.path);
		expect(second.memory).toEqual(first.memory);
		expect(statSync(path.join(first.path, 'try-n8n.json')).mode & 0o077).toBe(0);
	});

	test('is not made in a folder that holds something else', () => {
		writeFileSync(path.join(folder, 'thesis.txt'), 'mine');
		expect(() => openDataFolder(folder)).toThrow('holds something else');
		expect(existsSync(path.join(folder, 'try-n8n.json'))).toBe(false);
		expect(readFileSync(path.join(folder, 'thesis.txt'), 'utf8')).toBe('mine');
	});

	test('knows a build by what is in it', () => {
		mkdirSync(path.join(folder, 'dist'));
		writeFileSync(path.join(folder, 'package.json'), '{}');
		writeFileSync(path.join(folder, 'dist/a.js'), '1');
		const first = packageHash(folder);
		expect(packageHash(folder)).toBe(first);
		writeFileSync(path.join(folder, 'dist/a.js'), '2');
		expect(packageHash(folder)).not.toBe(first);
	});
});

test('the practice model calls the tool it is offered with what it was told, then says so', async () => {
	const model = await startPracticeModel();
	try {
		const ask = async (messages: unknown[]): Promise<unknown> => {
			const properties = { title: { type: 'string' }, body: { type: 'string' } };
			const tools = [{ type: 'function', function: { name: 'Notify_the_Team', parameters: { properties } } }];
			const response = await fetch(`${model.url}/chat/completions`, {
				method: 'POST',
				body: JSON.stringify({ messages, tools }),
			});
			const { choices } = (await response.json()) as { choices: unknown[] };
			return choices[0];
		};
		const text = 'db-2 has only two percent of its disk left, please look';
		const question = { role: 'user', content: text };
		expect(await ask([{ role: 'system', content: 'You watch.' }, question])).toMatchObject({
			finish_reason: 'tool_calls',
			message: {
				tool_calls: [
					{
						function: {
							name: 'Notify_the_Team',
							arguments: JSON.stringify({ title: text.slice(0, 40), body: text }),
						},
					},
				],
			},
		});
		expect(await ask([question, { role: 'tool', content: '[]' }])).toMatchObject({
			finish_reason: 'stop',
			message: { content: 'I told the team.' },
		});
	} finally {
		await model.close();
	}
});

describe('stocking', () => {
	/** Writes down what it is asked for, and has what it made before. */
	function recordingRest(has: Set<string>) {
		const calls: string[] = [];
		let ids = has.size;
		const make = (what: string): string => {
			const id = String(++ids);
			has.add(id);
			calls.push(what);
			return id;
		};
		const rest: Pick<RestClient, 'createCredential' | 'updateCredential' | 'createWorkflow' | 'activate'> = {
			createCredential: async (name) => await Promise.resolve(make(`credential ${name}`)),
			async updateCredential(id, name) {
				if (!has.has(id)) throw new Error('not found');
				await Promise.resolve(calls.push(`update ${name}`));
			},
			createWorkflow: async ({ name }) => await Promise.resolve({ id: make(`workflow ${name}`), versionId: 'v' }),
			activate: async ({ id }) => await Promise.resolve(void calls.push(`activate ${id}`)),
		};
		return { rest: rest as RestClient, calls };
	}

	const credentials = [
		{ type: 'apnsApi', name: 'APNs account', data: {} },
		{ type: 'openAiApi', name: 'Practice model', data: {} },
	];

	test('a second time changes credentials, and leaves workflows as their user has them', async () => {
		const has = new Set<string>();
		const data = openDataFolder(path.join(folder, 'data'));
		const first = recordingRest(has);
		await stockCredentials(first.rest, data, credentials);
		const stocked = await stockExamples(first.rest, data);
		expect(first.calls.filter((call) => call.startsWith('workflow '))).toHaveLength(exampleNames().length);
		expect(stocked.manual).toHaveLength(1);
		// Without a PostgreSQL there is no credential for one.
		expect(stocked.inactive).toHaveLength(3);
		expect(first.calls.filter((call) => call.startsWith('activate'))).toHaveLength(stocked.active.length);
		const second = recordingRest(has);
		const again = openDataFolder(data.path);
		await stockCredentials(second.rest, again, credentials);
		await stockExamples(second.rest, again);
		expect(second.calls).toEqual(['update APNs account', 'update Practice model']);
	});

	test('a credential that was deleted is made again', async () => {
		const has = new Set<string>();
		const data = openDataFolder(path.join(folder, 'data'));
		await stockCredentials(recordingRest(has).rest, data, credentials);
		has.delete(data.memory.credentials.apnsApi ?? '');
		const second = recordingRest(has);
		await stockCredentials(second.rest, data, credentials);
		expect(second.calls).toEqual(['credential APNs account', 'update Practice model']);
	});
});
