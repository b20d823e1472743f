/** Errors keep their words: host, port and remedy survive n8n, which replaces every message that holds a system code. */
import { readFileSync } from 'node:fs';
import { type INode, NodeApiError, NodeOperationError } from 'n8n-workflow';
import { lasting } from '../../nodes/shared/n8n/run/failures';
import { broadcastNode, byId } from './broadcastBench';
import { phone, setUpSendBench, tablet } from './sendBench';
import { watchTries } from './tries';

const node: INode = { id: '1', name: 'Send', type: 'x', typeVersion: 1, position: [0, 0], parameters: {} };

/** What n8n looks for in messages, read from its own source. */
const codes = ((): string[] => {
	const file = require.resolve('n8n-workflow/dist/cjs/errors/abstract/node.error.js');
	const table = /const COMMON_ERRORS = \{([^]*?)\n\};/.exec(readFileSync(file, 'utf8'))?.[1] ?? '';
	return [...table.matchAll(/^\s+([A-Z_]+): /gm)].map(([, code = '']) => code);
})();

/** The message as n8n shows it in the end: it may wrap the error once more. */
const shown = (message: string): string => {
	const error = new NodeApiError(node, {}, { message: lasting(message) });
	return new NodeOperationError(node, new Error(error.message)).message;
};

it('knows the codes n8n looks for', () => {
	expect(codes.length).toBeGreaterThan(10);
	expect(shown('No code at all.')).toBe('No code at all.');
});

it.each(codes)('keeps host and port beside %s', (code) => {
	expect(shown(`localhost:443: the connection broke (${code}).`)).toBe('localhost:443: the connection broke.');
	expect(shown(`${code}: the connection to localhost:443 broke.`)).toBe(
		'system error: the connection to localhost:443 broke.',
	);
});

it.each(codes)('keeps a name that contains %s, for the eye', (code) => {
	const name = `k${code.toLowerCase()}s.example.com`;
	const message = shown(`APNs already refused ${name} in this run (TopicDisallowed).`);
	expect(message.replaceAll('\u2060', '')).toBe(`APNs already refused ${name} in this run (TopicDisallowed).`);
});

describe('in the engine', () => {
	const bench = setUpSendBench();
	const itemIndexOf = (error: unknown): unknown =>
		Reflect.get(Object(Reflect.get(Object(error), 'context')), 'itemIndex');

	it.each([
		['APNs Send', false],
		['APNs Broadcast', true],
	])('%s names host and port of a server that is not there, with the item', async (_name, isBroadcast) => {
		bench.setCredential({ port: 1 });
		const result = isBroadcast
			? await broadcastNode(bench)({ channelId: byId('dHN0LXNyY2gtY2hubA=='), contentState: '{"a":1}' })
			: await bench.send({ recipients: phone, title: 'Hi' });
		expect(result.error?.message).toMatch(/^localhost:1: nothing accepts connections at this host and port/);
		expect(result.error?.description).toMatch(/Check/);
		expect(itemIndexOf(result.run.data.resultData.error)).toBe(0);
	});

	it('names a host that does not exist, and what to do', async () => {
		bench.setCredential({ host: 'no-such-host.invalid' });
		const result = await bench.send({ recipients: phone, title: 'Hi' });
		expect(result.error?.message).toMatch(/no-such-host\.invalid/);
		expect(result.error?.description).toMatch(/\w/);
	});

	it('says in each error after an acceptance that a retry from the list sends again', async () => {
		bench.peer.simulator.script.at(({ path }) => path.endsWith(tablet), { type: 'refuse' }, { times: 5 });
		const tries = watchTries(bench);
		const result = await bench.send({ recipients: `${phone},${tablet}`, title: 'Hi' }, [{}], {
			retryOnFail: true,
			waitBetweenTries: 1,
		});
		expect(result.status).toBe('success');
		expect(tries.results[0]).toMatchObject({
			message: expect.stringMatching(/^1 push could not be sent yet\. /),
			description: expect.stringMatching(
				/'Retry On Fail' sends only what is left\. APNs accepted 1 push: retrying this execution from the list sends it again\.$/,
			),
		});
	});
});
