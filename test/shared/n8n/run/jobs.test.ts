/** What items ask for: pushes to one or many devices, requests of other kinds, and items that have no environment to go to. */
import { createSigningKey } from '../../../../tools/simulator/authority';
import { FieldProblem } from '../../../../nodes/shared/apns/problems';
import type { ApnsClient } from '../../../../nodes/shared/client/apnsClient';
import { DirectList } from '../../../../nodes/shared/n8n/parameters/directList';
import { deviceGroup, Push, type PushDraft, unroutablePushes } from '../../../../nodes/shared/n8n/run/deviceJob';
import { groupByEnvironment } from '../../../../nodes/shared/n8n/run/environments';
import { HintCounter } from '../../../../nodes/shared/n8n/run/hints';
import {
	type ItemRequest,
	requestGroup,
	type RequestTask,
	unroutableRequests,
} from '../../../../nodes/shared/n8n/run/requestJob';
import { DUPLICATE, PAUSE, type Reading, type Task } from '../../../../nodes/shared/n8n/run/task';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { accepted, calmSlices, EagerSlices, notSent, rejected } from './outcomes';

const token = (n: number): string => n.toString(16).padStart(64, '0');
const payload = Buffer.from('{}');

const fail = (): never => {
	throw new Error('an expression');
};

/** Readings as a few words: the token, or what stands for it. */
function told(reading: Reading<Push>): string {
	if (reading === DUPLICATE) return 'duplicate';
	if (reading === PAUSE) return 'pause';
	if ('error' in reading) return `wrong ${String(reading.task.recipient)}`;
	return reading.deviceToken;
}

describe('pushes', () => {
	const draft: PushDraft = {
		notification: {
			payload,
			topic: 'com.example',
			pushType: 'alert',
			priority: 5,
			collapseId: 'c',
			expirationSeconds: 9,
		},
		hints: [],
		base64Tokens: false,
	};

	function group(
		recipients: unknown,
		options: { readonly skipDuplicates?: boolean; readonly draft?: Partial<PushDraft>; readonly apnsId?: string } = {},
	) {
		const hints = new HintCounter();
		const answered: Array<readonly [string, AbortSignal | undefined]> = [];
		const client = {
			async sendEach(
				source: AsyncIterable<Push>,
				onOutcome: (outcome: Outcome, push: object) => void,
				request: { readonly signal?: AbortSignal; readonly retries?: number },
			) {
				for await (const push of source) {
					answered.push([push.deviceToken, request.signal]);
					onOutcome(accepted(), push);
					onOutcome(accepted(), {});
				}
			},
		} as unknown as ApnsClient;
		const job = deviceGroup({
			client,
			environment: 'production',
			itemIndexes: [0, 1],
			reader: {
				draft: () => ({
					...draft,
					...options.draft,
					notification: { ...draft.notification, apnsId: options.apnsId },
				}),
				recipients: () => recipients,
			},
			request: {},
			skipDuplicates: options.skipDuplicates ?? false,
			hints,
		});
		return { job, hints, answered };
	}

	it.each<readonly [string, unknown, readonly string[]]>([
		['one token', token(1), [token(1)]],
		['several', `${token(1)},${token(2)}`, [token(1), token(2)]],
		['a list', [token(1), token(2)], [token(1), token(2)]],
		['a list that is read as it comes', new DirectList([token(1), token(2)], () => []), [token(1), token(2)]],
		['the same twice', `${token(1)},${token(1)}`, [token(1), token(1)]],
		['a wrong one among others', `${token(1)},word,${token(2)}`, [token(1), 'wrong word', token(2)]],
	])('of an item with %s', (_what, recipients, expected) => {
		expect([...group(recipients).job.read(0)].map(told)).toEqual(expected);
	});

	it('of a long text pause now and then', () => {
		const text = Array.from({ length: 1_000 }, (_none, n) => token(n)).join();
		const readings = [...group(text).job.read(0)].map(told);
		expect(readings.filter((reading) => reading === 'pause').length).toBeGreaterThan(1);
		expect(readings.filter((reading) => reading !== 'pause')).toHaveLength(1_000);
	});

	it.each<readonly [string, unknown, readonly number[]]>([
		['a text', `${token(1)}, ${token(2)}`, [65 / 130, 1]],
		['a text with blanks at its end', `${token(1)}${' '.repeat(66)}`, [0.5]],
		['a list', [token(1), token(2), 'word', token(3)], [0.25, 0.5, 0.75, 1]],
		['a list in a list', [[token(1), token(2)], token(3)], [0.5, 1, 1]],
		['a list that is read as it comes', new DirectList([token(1), token(2)], () => []), [0.5, 1]],
		['a value of unknown size', 7, [0]],
	])('tell how much of %s was read, and nothing between two items', (_what, recipients, expected) => {
		const { job } = group(recipients);
		expect(job.fractionOfItem?.()).toBe(0);
		for (const item of [0, 1]) {
			const read = Array.from(job.read(item), () => job.fractionOfItem?.());
			expect([...read, job.fractionOfItem?.()]).toEqual([...expected, 0]);
		}
	});

	it('carry what their item says, and a result repeats it', () => {
		const [push] = group(`<${token(1)}>`).job.read(1);
		expect(push).toMatchObject({
			itemIndex: 1,
			deviceToken: token(1),
			recipient: `<${token(1)}>`,
			...draft.notification,
		});
		expect(push).toBeInstanceOf(Push);
		if (!(push instanceof Push)) throw new Error('no push');
		expect(push.app).toBe('com.example');
		expect(push.json(accepted({ apnsId: 'A' }))).toMatchObject({
			deviceToken: token(1),
			topic: 'com.example',
			pushType: 'alert',
			environment: 'production',
			apnsId: 'A',
		});
		push.useApnsId('ID');
		expect(push.apnsId).toBe('ID');
	});

	it('without a topic or a token say so', () => {
		const push = new Push(0, '', 'word', 'production', { payload });
		expect([push.app, push.json(notSent('x')).deviceToken, push.json(notSent('x')).recipient]).toEqual([
			'',
			null,
			'word',
		]);
	});

	it('to the same device are skipped over all items where the user wants that', () => {
		const { job } = group(`${token(1)},${token(2)},${token(1)}`, { skipDuplicates: true });
		expect([...job.read(0), ...job.read(1)].map(told)).toEqual([
			token(1),
			token(2),
			'duplicate',
			'duplicate',
			'duplicate',
			'duplicate',
		]);
	});

	it.each([undefined, null, '', ' , ', []])('to nobody are a problem of the item: %j', (recipients) => {
		expect(() => [...group(recipients).job.read(0)]).toThrow(FieldProblem);
	});

	it('with base64 tokens are read where the push type has them', () => {
		const base64 = Buffer.from(token(1), 'hex').toString('base64');
		expect([...group(base64, { draft: { base64Tokens: true } }).job.read(0)].map(told)).toEqual([token(1)]);
		expect([...group(base64).job.read(0)].map(told)).toEqual([`wrong ${base64}`]);
		const list = new DirectList([base64], () => []);
		expect([...group(list, { draft: { base64Tokens: true } }).job.read(0)].map(told)).toEqual([token(1)]);
		expect([...group(list).job.read(0)].map(told)).toEqual([`wrong ${base64}`]);
	});

	it('count the hints of their item, and tell once that two carry the same id', () => {
		const hint = new FieldProblem('sound', 'ignored', 'is ignored', 'Leave it empty.');
		const hinted = group(token(1), { draft: { hints: [hint] } });
		for (const item of [0, 1]) [...hinted.job.read(item)];
		expect(hinted.hints.texts()).toEqual(["'Sound' is ignored. Leave it empty. (2 items)"]);
		const several = group([token(1), token(2), token(3)], { apnsId: 'same' });
		for (const item of [0, 1]) [...several.job.read(item)];
		expect(several.hints.texts()).toHaveLength(1);
		expect(several.hints.texts()[0]).not.toContain('items');
		const single = group(token(1), { apnsId: 'same' });
		[...single.job.read(0)];
		expect(single.hints.texts()).toEqual([]);
	});

	it('are sent with the signal of the execution, and settled once each', async () => {
		const { job, answered } = group(token(1));
		const settled: Push[] = [];
		async function* source(): AsyncGenerator<Push> {
			for (const reading of job.read(0)) if (reading instanceof Push) yield reading;
		}
		const { signal } = new AbortController();
		await job.send(source(), (push) => void settled.push(push), signal);
		await job.send(source(), (push) => void settled.push(push), undefined);
		expect(answered).toEqual([
			[token(1), signal],
			[token(1), undefined],
		]);
		expect(settled.map(({ deviceToken }) => deviceToken)).toEqual([token(1), token(1)]);
	});

	it.each<readonly [string, unknown, boolean, string | undefined]>([
		['none where a blank makes two of it', 'a word', true, undefined],
		['its only recipient, a wrong one', 'word', true, 'word'],
		['its only recipient', token(1), true, token(1)],
		['none where it has several', `${token(1)},${token(2)}`, true, undefined],
		['none where it has none', '', true, undefined],
		['none where the second cannot be read', new DirectList([token(1), new Date(0)], fail), true, undefined],
		['none where it was not read', token(1), false, undefined],
	])('an item as a whole stands for %s', (_what, recipients, isRead, expected) => {
		const whole = group(recipients).job.whole(1, isRead);
		expect([whole.itemIndex, whole.recipient, whole.deviceToken, whole.environment]).toEqual([
			1,
			expected,
			'',
			'production',
		]);
	});
});

describe('items without an environment', () => {
	it('to devices fail with what could not be read, each for its recipient', async () => {
		const error = new Error('no environment');
		const job = unroutablePushes(new Map([[3, error]]), [3], { recipients: () => token(7) });
		const [reading] = job.read(3);
		expect(reading).toMatchObject({ error, task: { itemIndex: 3, recipient: token(7), environment: undefined } });
		expect(job.whole(3, false).recipient).toBeUndefined();
		const failing = unroutablePushes(new Map(), [3], { recipients: fail });
		expect(failing.whole(3, true).recipient).toBeUndefined();
		let pulled = 0;
		async function* source(): AsyncGenerator<Push> {
			for (; pulled < 3; pulled += 1) yield job.whole(3, false);
		}
		await job.send(source(), () => undefined, undefined);
		expect([job.itemIndexes, pulled]).toEqual([[3], 3]);
	});

	it('of other kinds fail alike, with the keys of their operation', () => {
		const error = new Error('no environment');
		const job = unroutableRequests(new Map([[2, error]]), [2], { bundleId: null });
		const [reading] = job.read(2);
		expect(reading).toMatchObject({ error, task: { itemIndex: 2, app: '' } });
		expect(job.whole(2, true).json(notSent('x'))).toMatchObject({ bundleId: null, success: false });
		expect(job.itemIndexes).toEqual([2]);
	});
});

describe('requests of other kinds', () => {
	const request = (send: ItemRequest['send']): ItemRequest => ({
		bundleId: 'com.example',
		known: { bundleId: 'com.example' },
		send,
	});

	async function sent(send: ItemRequest['send'], signal?: AbortSignal) {
		const settled: Array<readonly [RequestTask, Outcome, unknown]> = [];
		const job = requestGroup([5], { bundleId: null, storagePolicy: null }, () => request(send));
		async function* source(): AsyncGenerator<RequestTask> {
			for (const reading of job.read(5)) if (typeof reading !== 'symbol' && !('error' in reading)) yield reading;
		}
		await job.send(source(), (task, outcome, rows) => void settled.push([task, outcome, rows]), signal);
		expect(settled).toHaveLength(1);
		const [task, outcome, rows] = settled[0] ?? [];
		return { task, outcome, rows };
	}

	it('have the keys of their operation, then what was known, then what the answer told', async () => {
		const rows = [{ a: 1 }];
		const { signal } = new AbortController();
		let given: AbortSignal | undefined;
		const {
			task,
			outcome,
			rows: own,
		} = await sent(async (passed) => {
			given = passed;
			return { outcome: accepted(), learned: { storagePolicy: 'none' }, rows };
		}, signal);
		expect([task?.itemIndex, task?.app, outcome?.outcome, own, given]).toEqual([
			5,
			'com.example',
			'accepted',
			rows,
			signal,
		]);
		expect(task?.json(accepted())).toMatchObject({ bundleId: 'com.example', storagePolicy: 'none' });
	});

	it('that learn nothing keep what was known', async () => {
		const { task, rows } = await sent(async () => ({ outcome: rejected(400, 'BadChannelId') }));
		expect([task?.json(rejected(400)).storagePolicy, rows]).toEqual([null, undefined]);
		expect(task?.json(rejected(400)).bundleId).toBe('com.example');
	});

	it.each<readonly [string, unknown, string]>([
		['an error', new Error('a fault'), 'a fault'],
		['anything else', 'oops', 'oops'],
	])('that fail with %s may have left: unknown', async (_what, thrown, message) => {
		const { outcome } = await sent(async () => {
			throw thrown;
		});
		expect(outcome).toMatchObject({
			outcome: 'unknown',
			attempts: 0,
			repeats: [],
			failure: { code: 'fault', message, commonToRun: false },
		});
	});

	it('carry an id only where the user gave one', () => {
		const task: Task = requestGroup([0], {}, () => request(async () => ({ outcome: accepted() }))).whole(0, true);
		task.useApnsId('ID');
		expect(JSON.stringify(task.json(accepted()))).not.toContain('ID');
	});

	it('that have nothing to send are settled all the same', async () => {
		const settled: Outcome[] = [];
		const job = requestGroup([0], {}, () => request(async () => ({ outcome: accepted() })));
		async function* source(): AsyncGenerator<RequestTask> {
			yield job.whole(0, false);
		}
		await job.send(source(), (_task, outcome) => void settled.push(outcome), undefined);
		expect(settled).toMatchObject([{ outcome: 'unknown', failure: { message: 'Nothing to send' } }]);
	});
});

describe('items by environment', () => {
	const key = createSigningKey();
	const credential = {
		authentication: 'token',
		keyId: key.keyId,
		teamId: 'TEAM000001',
		privateKey: key.privateKeyPem,
		environment: 'production',
	};

	async function grouped(environments: readonly unknown[], slices = calmSlices()) {
		const asked: unknown[] = [];
		const groups = await groupByEnvironment(
			(name, item, fallback) => {
				asked.push([name, fallback]);
				const value = environments[item];
				if (value instanceof Error) throw value;
				return value;
			},
			environments.length,
			credential,
			slices,
		);
		return { groups, asked };
	}

	it.each<readonly [string, readonly unknown[], ReadonlyArray<readonly [string, readonly number[]]>]>([
		['none named', ['', undefined], [['production', [0, 1]]]],
		['the credential’s own named', ['production', '', 'Production'], [['production', [0, 1, 2]]]],
		[
			'two',
			['development', '', 'development', 'production'],
			[
				['development', [0, 2]],
				['production', [1, 3]],
			],
		],
	])('%s', async (_what, environments, expected) => {
		const { groups, asked } = await grouped(environments);
		expect(
			groups.map((group) => ['credential' in group ? group.credential.environment : '', group.itemIndexes]),
		).toEqual(expected);
		expect(asked[0]).toEqual(['options.environment', '']);
	});

	it('fail alone where theirs cannot be read or used', async () => {
		const thrown = new Error('an expression');
		const { groups } = await grouped(['', thrown, 'sandbox', '']);
		const [good, bad] = groups;
		expect([good?.itemIndexes, bad?.itemIndexes, groups.length]).toEqual([[0, 3], [1, 2], 2]);
		if (bad === undefined || !('errors' in bad)) throw new Error('no errors');
		expect([bad.errors.get(1), bad.errors.get(2)]).toEqual([thrown, expect.any(FieldProblem)]);
	});

	it('are told apart with pauses on the way', async () => {
		const slices = new EagerSlices();
		await grouped(['', '', ''], slices);
		expect(slices.turns).toBe(3);
		const calm = new EagerSlices(false);
		await grouped(['', '', ''], calm);
		expect(calm.turns).toBe(0);
	});
});
