/** What a run remembers from try to try: as often as n8n calls the node, for each run of it, and never below an agent. */
import type { IExecuteFunctions } from 'n8n-workflow';
import { isToolOfAgent, RetryMemory } from '../../../../nodes/shared/n8n/run/retryMemory';

interface Setting {
	readonly retryOnFail?: boolean;
	readonly maxTries?: number;
	readonly executeData?: object;
	readonly isToolExecution?: () => boolean;
}

const executeData = (name = 'Push'): object => ({ node: { name } });

function context({ executeData: data, isToolExecution, ...settings }: Setting): IExecuteFunctions {
	return {
		getNode: () => ({ name: 'Push', ...settings }),
		...(data === undefined ? {} : { getExecuteData: () => data }),
		...(isToolExecution === undefined ? {} : { isToolExecution }),
	} as unknown as IExecuteFunctions;
}

it.each<readonly [string, Setting, readonly boolean[]]>([
	['no Retry On Fail', {}, [false, false]],
	['Retry On Fail off, with tries left over', { retryOnFail: false, maxTries: 5 }, [false, false]],
	['the default of three', { retryOnFail: true }, [true, true, false]],
	['nought, which n8n takes for three', { retryOnFail: true, maxTries: 0 }, [true, true, false]],
	['fewer than two', { retryOnFail: true, maxTries: 1 }, [true, false]],
	['two', { retryOnFail: true, maxTries: 2 }, [true, false]],
	['five', { retryOnFail: true, maxTries: 5 }, [true, true, true, true, false]],
	['more than five', { retryOnFail: true, maxTries: 9 }, [true, true, true, true, false]],
])('a further try may follow, with %s', (_what, setting, expected) => {
	const memory = new RetryMemory<string>();
	const one = context({ ...setting, executeData: executeData() });
	expect(expected.map(() => memory.begin(one).mayContinue)).toEqual(expected);
});

it('a try finds the run of the one before, and after the last one nothing is left of it', () => {
	const memory = new RetryMemory<string>();
	const one = context({ retryOnFail: true, maxTries: 2, executeData: executeData() });
	const first = memory.begin(one);
	expect(first.run).toBeUndefined();
	first.keep('run');
	const second = memory.begin(one);
	expect([second.run, second.mayContinue]).toEqual(['run', false]);
	expect(memory.begin(one)).toMatchObject({ run: undefined, mayContinue: true });
});

it('another run of the same node has a memory of its own', () => {
	const memory = new RetryMemory<string>();
	memory.begin(context({ retryOnFail: true, executeData: executeData() })).keep('one');
	expect(memory.begin(context({ retryOnFail: true, executeData: executeData() })).run).toBeUndefined();
});

it('without a further try nothing is kept', () => {
	const memory = new RetryMemory<string>();
	const one = context({ executeData: executeData() });
	memory.begin(one).keep('run');
	expect(memory.begin(one).run).toBeUndefined();
});

it.each<readonly [string, Setting, boolean]>([
	['a node of the workflow', { executeData: executeData() }, false],
	['a node that n8n runs as a tool', { executeData: executeData(), isToolExecution: () => true }, true],
	['a node of the workflow in a newer n8n', { executeData: executeData(), isToolExecution: () => false }, false],
	['the execute data of the agent', { executeData: executeData('Agent') }, true],
	['execute data without a node', { executeData: {} }, true],
	['no execute data, as before n8n 1.94', {}, true],
])('%s is below an agent: %#', (_what, setting, expected) => {
	expect(isToolOfAgent(context(setting))).toBe(expected);
	const memory = new RetryMemory<string>();
	expect(memory.begin(context({ ...setting, retryOnFail: true })).mayContinue).toBe(!expected);
});
