/** Long runs in the real engine: the log says how far they are, hints how they went, and Stop what was and was not sent. */
import type { IExecuteFunctions, INodeExecutionData, INodeType } from 'n8n-workflow';
import { phone, setUpSendBench, tablet } from './sendBench';

const bench = setUpSendBench();

interface Watched {
	/** Lines the node wrote to n8n's log. */
	readonly lines: string[];
	/** Resolves with what the node returned: n8n does not wait for a node that was stopped. */
	readonly output: Promise<INodeExecutionData[][]>;
}

/** Watches the next call of the node. */
function watch(): Watched {
	const node = bench.engine.loader.getNode('apnsSend').type as INodeType;
	const { execute } = node;
	const lines: string[] = [];
	const output = new Promise<INodeExecutionData[][]>((resolve, reject) => {
		node.execute = async function (this: IExecuteFunctions): Promise<INodeExecutionData[][]> {
			for (const level of ['info', 'warn'] as const)
				jest.spyOn(this.logger, level).mockImplementation((text) => void lines.push(`${level} ${text}`));
			const running = execute?.call(this) as Promise<INodeExecutionData[][]>;
			running.then(resolve, reject);
			return await running;
		};
	});
	return { lines, output };
}

afterEach(() => jest.restoreAllMocks());

it('says in the log and in the browser console where it is, and sums up in a hint', async () => {
	bench.peer.simulator.script.at(({ path }) => path.endsWith(tablet), { type: 'delay', ms: 5_500 });
	const shown: string[] = [];
	const { lines } = watch();
	const result = await bench.send(
		{ recipients: '={{ $json.token }}', title: 'Hi' },
		[{ token: phone }, { token: tablet }],
		{},
		{ mode: 'manual', onConsole: (text) => shown.push(text) },
	);
	expect(lines).toEqual([
		expect.stringMatching(/^info Send \(workflow "Workflow", execution \d+\): 1 push sent, 0 rejected, \d+ a second$/),
	]);
	expect(shown).toEqual([expect.stringMatching(/^Send: 1 push sent, 0 rejected, \d+ a second$/)]);
	expect(result.hints('Send')).toEqual([
		expect.stringMatching(/^This run took \d+ seconds for 2 pushes \(\d+ a second\): 2 accepted\.$/),
	]);
});

it('tells of one item with many device tokens how much is left', async () => {
	const tokens = Array.from({ length: 4_000 }, (_none, n) => n.toString(16).padStart(64, '0'));
	// The rest of the list waits for the answers to its beginning.
	bench.peer.simulator.script.at(({ number }) => number > 1, { type: 'delay', ms: 5_500 }, { times: 1 });
	const { lines } = watch();
	const result = await bench.send({
		recipients: tokens.join('\n'),
		title: 'Hi',
		options: { maxInFlight: 1, maxConnections: 1, output: 'summary' },
	});
	expect(lines[0]).toMatch(/: 1 push sent, 0 rejected, 0 a second, about \d+ seconds left$/);
	expect(result.items('Send')[0]?.json).toMatchObject({ accepted: 4_000 });
});

it('names an expression that cost n8n more than a second, and what it cost', async () => {
	const busy = '={{ (() => { const end = Date.now() + 600; while (Date.now() < end) {} return $json.title; })() }}';
	const result = await bench.send({ recipients: phone, title: busy, body: '={{ $json.title }}' }, [
		{ title: 'A' },
		{ title: 'B' },
	]);
	expect(result.items('Send').map(({ json }) => json.outcome)).toEqual(['accepted', 'accepted']);
	expect(result.hints('Send')).toEqual([
		expect.stringMatching(
			/^The expression in 'Title' was evaluated 2 times by n8n, which took \d+\.\d seconds in all\. A plain path such as /,
		),
	]);
});

it('ends soon after a stop, with an outcome for every push, and logs what was and was not sent', async () => {
	const tokens = Array.from({ length: 5_000 }, (_none, n) => n.toString(16).padStart(64, '0'));
	let stop = (): void => undefined;
	bench.peer.simulator.script.at(
		({ number }) => {
			if (number === 500) setImmediate(stop);
			return number > 1;
		},
		{ type: 'stall' },
		{ times: Number.POSITIVE_INFINITY },
	);
	const { lines, output } = watch();
	const result = await bench.send(
		{ recipients: '={{ $json.token }}', title: 'Hi' },
		[...tokens.map((token) => ({ token })), { token: 'not a token' }],
		{},
		{ onStart: (cancel) => (stop = cancel) },
	);
	expect(result.status).toBe('canceled');
	const [items = []] = await output;
	expect(items).toHaveLength(tokens.length + 1);
	const count = (outcome: string): number => items.filter(({ json }) => json.outcome === outcome).length;
	expect(count('accepted')).toBe(1);
	expect(count('unknown')).toBeGreaterThan(0);
	expect(count('unknown') + count('not sent')).toBe(tokens.length);
	expect(items.at(-1)?.json.outcome).toBe('not sent');
	const told = (value: number): string => value.toLocaleString('en-US');
	expect(lines).toEqual([
		expect.stringContaining(
			`: stopped: 1 push was sent and answered (0 rejected), ${told(count('unknown'))} may or may not have arrived, ${told(count('not sent'))} were not sent`,
		),
	]);
});
