/** Items in, one outcome for each request: what is sent, what is settled at once, what waits for a further try, and what a stop leaves. */
import type { IDataObject } from 'n8n-workflow';
import { pullEach } from '../../../../nodes/shared/client/sendEach';
import { HintCounter } from '../../../../nodes/shared/n8n/run/hints';
import { type Detail, Report } from '../../../../nodes/shared/n8n/run/report';
import { type Group, mayPass, Run, type Settle } from '../../../../nodes/shared/n8n/run/runItems';
import type { Slices } from '../../../../nodes/shared/n8n/run/slices';
import { DUPLICATE, PAUSE, type Reading } from '../../../../nodes/shared/n8n/run/task';
import { pushNoun } from '../../../../nodes/shared/n8n/run/words';
import type { Outcome } from '../../../../nodes/shared/outcome';
import { type ErrorRow, errorRows } from '../../../../nodes/shared/transport/errorRows';
import { accepted, calmSlices, EagerSlices, notSent, rejected, task, type TestTask, unknown } from './outcomes';

type Read = (itemIndex: number) => Iterable<Reading<TestTask>>;

interface Bench {
	readonly run: Run<TestTask>;
	readonly report: Report;
	/** Recipients in the order they were handed out. */
	readonly sent: Array<string | undefined>;
	/** Items that were read. */
	readonly read: number[];
	/** Recipient and outcome of every result. */
	results(): Promise<unknown[]>;
}

interface Setting {
	readonly items?: readonly number[];
	readonly read?: Read;
	/** What the server says to each request; undefined leaves it open. */
	readonly answer?: (task: TestTask) => Outcome | undefined;
	readonly afterSend?: (task: TestTask) => void;
	readonly throwAfter?: number;
	/** The client's own loop, which asks for nothing more once the signal fires; any other asks until the source ends. */
	readonly asClient?: boolean;
	readonly slices?: Slices;
	readonly detail?: Detail;
}

function bench(setting: Setting = {}): Bench {
	const { items = [0, 1, 2], answer = () => accepted(), slices = calmSlices() } = setting;
	const sent: Array<string | undefined> = [];
	const read: number[] = [];
	const readItem: Read = setting.read ?? ((item) => [task(item, `token ${item}`)]);
	const group: Group<TestTask> = {
		itemIndexes: items,
		*read(itemIndex) {
			read.push(itemIndex);
			yield* readItem(itemIndex);
		},
		whole: (itemIndex, isRead) => task(itemIndex, `whole ${itemIndex} ${isRead ? 'read' : 'unread'}`),
		async send(source: AsyncIterable<TestTask>, settle: Settle<TestTask>, signal: AbortSignal | undefined) {
			const send = (one: TestTask): void => {
				sent.push(one.recipient);
				const outcome = answer(one);
				if (outcome !== undefined) settle(one, outcome);
				setting.afterSend?.(one);
				if (setting.throwAfter === sent.length) throw new Error('a fault');
			};
			if (setting.asClient !== true) for await (const one of source) send(one);
			else await pullEach(source, 10, signal, (one, _index, done) => (send(one), done()));
		},
	};
	const report = new Report(setting.detail ?? 'results', pushNoun);
	return {
		run: new Run([group], report, new HintCounter(), slices),
		report,
		sent,
		read,
		results: async () =>
			(await report.finish(calmSlices())).map(({ item }) => [item.json.recipient, item.json.outcome]),
	};
}

/** Keeps the outcome that a result is made of. */
function keeping(outcomes: Outcome[]): (outcome: Outcome) => IDataObject {
	return (outcome) => {
		outcomes.push(outcome);
		return {};
	};
}

const once = { mayContinue: false, signal: undefined };
const tryAgain = { mayContinue: true, signal: undefined };

it('sends each item once and reports each outcome in order', async () => {
	const { run, sent, read, results } = bench({
		answer: ({ itemIndex }) => (itemIndex === 1 ? rejected(410) : accepted()),
	});
	expect(run.fractionRead).toBe(0);
	await run.attempt(once);
	expect([sent, read, run.fractionRead]).toEqual([['token 0', 'token 1', 'token 2'], [0, 1, 2], 1]);
	expect(await results()).toEqual([
		['token 0', 'accepted'],
		['token 1', 'rejected'],
		['token 2', 'accepted'],
	]);
});

it('knows how much of several environments it has read', async () => {
	const { run } = bench({ items: [] });
	expect(run.fractionRead).toBe(1);
	const fractions: number[] = [];
	const halves = bench({ items: [0, 1], afterSend: () => fractions.push(halves.run.fractionRead) });
	await halves.run.attempt(once);
	expect(fractions).toEqual([0, 0.5]);
});

it('counts of an item that is half read the half', async () => {
	let half = 0;
	const fractions: number[] = [];
	const group: Group<TestTask> = {
		itemIndexes: [0, 1],
		*read(itemIndex) {
			half = 0.5;
			yield task(itemIndex);
			half = 0;
		},
		fractionOfItem: () => half,
		whole: (itemIndex) => task(itemIndex),
		async send(source, settle) {
			for await (const one of source) {
				fractions.push(run.fractionRead);
				settle(one, accepted());
			}
		},
	};
	const run = new Run([group], new Report('results', pushNoun), new HintCounter(), calmSlices());
	await run.attempt(once);
	expect([...fractions, run.fractionRead]).toEqual([0.25, 0.75, 1]);
});

it('counts duplicates, skips pauses, and settles what cannot be sent', async () => {
	const { run, report, sent, results } = bench({
		items: [0],
		read: () => [task(0, 'a'), DUPLICATE, PAUSE, { task: task(0, 'b'), error: new Error('wrong') }, task(0, 'c')],
	});
	await run.attempt(once);
	expect(sent).toEqual(['a', 'c']);
	expect(report.totals).toMatchObject({ duplicates: 1, invalid: 1, accepted: 2, total: 3 });
	expect(await results()).toEqual([
		['a', 'accepted'],
		['b', 'not sent'],
		['c', 'accepted'],
	]);
});

it('makes what reading throws the result of the item, after what it gave before', async () => {
	const { run, sent, results } = bench({
		read: function* (item) {
			yield task(item, `token ${item}`);
			if (item === 1) throw new Error('an expression');
		},
	});
	await run.attempt(once);
	expect(sent).toEqual(['token 0', 'token 1', 'token 2']);
	expect(await results()).toEqual([
		['token 0', 'accepted'],
		['token 1', 'accepted'],
		['whole 1 read', 'not sent'],
		['token 2', 'accepted'],
	]);
});

it('does not send to an app that APNs refused before in this run, and says which and why', async () => {
	const outcomes: Outcome[] = [];
	const { run, sent } = bench({
		items: [0, 1, 2, 3],
		read: (item) => {
			const one = task(item, `token ${item}`, item === 2 ? 'other' : item === 3 ? '' : 'com.example');
			return [{ ...one, json: keeping(outcomes) }];
		},
		answer: ({ app }) => (app === 'other' ? accepted() : rejected(400, app === '' ? undefined : 'TopicDisallowed')),
	});
	await run.attempt(once);
	expect(sent).toEqual(['token 0', 'token 2', 'token 3']);
	expect(outcomes[1]).toMatchObject({
		outcome: 'not sent',
		failure: { code: 'refusedBefore', message: 'APNs already refused com.example in this run (TopicDisallowed)' },
	});
});

it('names a refused app without a name as the missing topic', async () => {
	const outcomes: Outcome[] = [];
	const { run } = bench({
		items: [0, 1],
		read: (item) => [{ ...task(item, undefined, ''), json: keeping(outcomes) }],
		answer: () => rejected(400, 'MissingTopic'),
	});
	await run.attempt(once);
	expect(outcomes[1]?.failure?.message).toBe('APNs already refused the missing topic in this run (MissingTopic)');
});

it('settles each request once, whatever is said of it later', async () => {
	const { run, report } = bench({ items: [0], answer: () => undefined });
	const settled: Array<() => void> = [];
	const group: Group<TestTask> = {
		itemIndexes: [0],
		read: (item) => [task(item, 'a')],
		whole: (item) => task(item),
		async send(source, settle) {
			for await (const one of source) {
				settle(one, accepted());
				settle(one, rejected(410));
				settled.push(() => settle(one, unknown()));
			}
		},
	};
	const own = new Report('results', pushNoun);
	await new Run([group], own, new HintCounter(), calmSlices()).attempt(once);
	for (const late of settled) late();
	expect(own.totals).toMatchObject({ total: 1, accepted: 1 });
	await run.attempt(once);
	expect(report.totals.total).toBe(0);
});

describe('a fault while sending', () => {
	it('leaves what was handed out unknown, and what was not read not sent', async () => {
		const { run, results } = bench({
			items: [0, 1, 2, 3],
			answer: ({ itemIndex }) => (itemIndex === 0 ? accepted() : undefined),
			throwAfter: 2,
		});
		await run.attempt(once);
		expect(await results()).toEqual([
			['token 0', 'accepted'],
			['token 1', 'unknown'],
			['whole 2 unread', 'not sent'],
			['whole 3 unread', 'not sent'],
		]);
	});
});

describe('a further try', () => {
	const refusedOnce = (): { answer: (one: TestTask) => Outcome } => {
		const seen = new Set<string | undefined>();
		return {
			answer: ({ recipient, itemIndex }) => {
				const again = seen.has(recipient);
				seen.add(recipient);
				return itemIndex === 1 && !again
					? notSent('connectionRefused', { attempts: 1, apnsId: 'ID', repeats: [{ why: 'goaway', waitedMs: 0 }] })
					: accepted({ attempts: 2, repeats: [{ why: 'refused', waitedMs: 5 }] });
			},
		};
	};

	it('sends only what is left, with the id it had, and reads nothing again', async () => {
		const tasks: TestTask[] = [];
		const outcomes: Outcome[] = [];
		const { run, sent, read } = bench({
			...refusedOnce(),
			read: (item) => {
				const one: TestTask = { ...task(item, `token ${item}`), json: keeping(outcomes) };
				tasks.push(one);
				return [one];
			},
		});
		await run.attempt(tryAgain);
		expect(run.waiting).toMatchObject({ count: 1, first: { itemIndex: 1, earlier: { outcome: 'not sent' } } });
		expect(tasks.map(({ ids }) => ids)).toEqual([[], ['ID'], []]);
		await run.attempt(once);
		expect([sent, read]).toEqual([
			['token 0', 'token 1', 'token 2', 'token 1'],
			[0, 1, 2],
		]);
		expect(run.waiting).toEqual({ count: 0, first: undefined });
		expect(outcomes.at(-1)).toMatchObject({
			outcome: 'accepted',
			attempts: 3,
			repeats: [
				{ why: 'goaway', waitedMs: 0 },
				{ why: 'refused', waitedMs: 5 },
			],
		});
	});

	it.each([
		['attempts', notSent('deadline', { attempts: 1 }), 2],
		['repeats alone', notSent('deadline', { repeats: [{ why: 'x', waitedMs: 0 }] }), 1],
		['neither', notSent('deadline'), 1],
	])('adds up over the tries: %s', async (_what, first, attempts) => {
		const outcomes: Outcome[] = [];
		let tries = 0;
		const { run } = bench({
			items: [0],
			read: (item) => [{ ...task(item), json: keeping(outcomes) }],
			answer: () => (tries++ === 0 ? first : accepted()),
		});
		await run.attempt(tryAgain);
		await run.attempt(once);
		expect(outcomes).toMatchObject([{ outcome: 'accepted', attempts, repeats: first.repeats }]);
	});

	it('that never comes leaves what waited with the outcome it had', async () => {
		const outcomes: Outcome[] = [];
		const { run, results } = bench({
			...refusedOnce(),
			read: (item) => [{ ...task(item, `token ${item}`), ...(item === 1 ? { json: keeping(outcomes) } : {}) }],
		});
		await run.attempt(tryAgain);
		run.finish();
		run.finish();
		expect(await results()).toHaveLength(3);
		expect(outcomes).toMatchObject([{ outcome: 'not sent', failure: { code: 'connectionRefused' } }]);
		expect(run.waiting.count).toBe(0);
	});

	it('carries no id where no try had one', async () => {
		const one = task(0);
		const { run } = bench({ items: [0], read: () => [one], answer: () => notSent('deadline') });
		await run.attempt(tryAgain);
		expect([run.waiting.count, one.ids.length]).toEqual([1, 0]);
	});

	it('is asked for by what waits in any environment', async () => {
		const group = (itemIndex: number, outcome: Outcome): Group<TestTask> => ({
			itemIndexes: [itemIndex],
			read: () => [task(itemIndex)],
			whole: () => task(itemIndex),
			async send(source, settle) {
				for await (const one of source) settle(one, outcome);
			},
		});
		const groups = [group(0, accepted()), group(1, notSent('deadline'))];
		const run = new Run(groups, new Report('results', pushNoun), new HintCounter(), calmSlices());
		await run.attempt(tryAgain);
		expect(run.waiting).toMatchObject({ count: 1, first: { itemIndex: 1 } });
	});

	it.each([true, false])('that is stopped on its way keeps each request that is left once (%p)', async (asClient) => {
		const controller = new AbortController();
		const { run, sent, results } = bench({
			asClient,
			answer: ({ earlier }) => (earlier === undefined ? notSent('deadline') : accepted()),
			afterSend: ({ earlier }) => earlier !== undefined && sent.length > 3 && controller.abort(),
		});
		await run.attempt(tryAgain);
		for (const _try of [2, 3]) {
			await run.attempt({ mayContinue: true, signal: controller.signal });
			expect([sent.slice(3), run.waiting.count]).toEqual([['token 0'], 2]);
		}
		run.finish();
		expect(await results()).toEqual([
			['token 0', 'accepted'],
			['token 1', 'not sent'],
			['token 2', 'not sent'],
		]);
	});

	it('that is stopped while it lets others in sends nothing more', async () => {
		const controller = new AbortController();
		const slices = new EagerSlices();
		const { run, sent } = bench({ slices, answer: () => notSent('deadline') });
		await run.attempt(tryAgain);
		const next = slices.next.bind(slices);
		slices.next = async () => {
			controller.abort();
			await next();
		};
		await run.attempt({ mayContinue: true, signal: controller.signal });
		expect([sent.length, run.waiting.count]).toEqual([3, 3]);
	});

	it('that ends in a fault keeps what it has not handed out', async () => {
		const { run, results } = bench({
			answer: ({ earlier }) => notSent(earlier === undefined ? 'deadline' : 'x'),
			throwAfter: 4,
		});
		await run.attempt(tryAgain);
		await run.attempt(tryAgain);
		expect(run.waiting.count).toBe(3);
		run.finish();
		expect(await results()).toHaveLength(3);
	});

	it('that is stopped keeps what it has not sent, and counts it', async () => {
		const controller = new AbortController();
		const { run, sent } = bench({ answer: () => notSent('deadline') });
		await run.attempt(tryAgain);
		expect(run.waiting.count).toBe(3);
		sent.length = 0;
		controller.abort();
		await run.attempt({ mayContinue: true, signal: controller.signal });
		expect([sent, run.waiting.count, run.waiting.first?.itemIndex]).toEqual([[], 3, 0]);
	});

	it('is not asked for where none will follow', async () => {
		const { run, report } = bench({ answer: () => notSent('deadline') });
		await run.attempt(once);
		expect([run.waiting.count, report.totals.notSent]).toEqual([0, 3]);
	});
});

describe('a further try', () => {
	it.each<readonly [string, Outcome]>([
		['invalidField', notSent('invalidField')],
		['refusedBefore', notSent('refusedBefore')],
		['stopped', notSent('stopped')],
		['fault', notSent('fault')],
		['no cause', { ...notSent('x'), failure: undefined }],
		['unknown', unknown()],
		['rejected', rejected(503, 'Shutdown')],
		['accepted', accepted()],
	])('leaves out what ended with %s', (_what, outcome) => {
		expect(mayPass(outcome)).toBe(false);
	});

	const codes = Object.entries<ErrorRow>(errorRows);

	it.each(codes)(
		'sends what ended with %s unless its row says that trying again cannot help',
		(code, { permanent }) => {
			expect(mayPass(notSent(code))).toBe(!permanent);
		},
	);

	it('leaves out these codes of the transport', () => {
		const left = codes.map(([code]) => code).filter((code) => !mayPass(notSent(code)));
		expect(left.sort()).toEqual([
			'aborted',
			'clientCertificateRefused',
			'clientCertificateUnusable',
			'closed',
			'credentialRefused',
			'headerListTooLarge',
			'invalidHeader',
			'noHttp2',
			'proxyAuthentication',
			'proxyRefused',
			'proxyUrlInvalid',
			'serverCertificateExpired',
			'serverCertificateName',
			'serverCertificateUntrusted',
		]);
	});
});

describe.each([
	['as the client sends', true],
	['as anybody sends', false],
])('a stop, %s,', (_how, asClient) => {
	it('makes results of what was not read', async () => {
		const controller = new AbortController();
		const { run, sent, read, results } = bench({ asClient, afterSend: () => controller.abort() });
		await run.attempt({ mayContinue: false, signal: controller.signal });
		expect([sent, read]).toEqual([['token 0'], [0]]);
		expect(await results()).toEqual([
			['token 0', 'accepted'],
			['whole 1 unread', 'not sent'],
			['whole 2 unread', 'not sent'],
		]);
		expect(run.fractionRead).toBe(1);
	});

	it('in the midst of an item makes one result of its rest', async () => {
		const controller = new AbortController();
		let ended = 0;
		const { run, sent, results } = bench({
			asClient,
			items: [0],
			read: function* (item) {
				try {
					for (const name of ['a', 'b', 'c']) yield task(item, name);
				} finally {
					ended += 1;
				}
			},
			afterSend: () => controller.abort(),
		});
		await run.attempt({ mayContinue: false, signal: controller.signal });
		expect([sent, ended]).toEqual([['a'], 1]);
		expect(await results()).toEqual([
			['a', 'accepted'],
			['whole 0 unread', 'not sent'],
		]);
	});
});

it('lets others in between items, between readings, between repeats and after a stop', async () => {
	// The same with slices that are never over lets nobody in.
	const turns = async (act: (slices: EagerSlices) => Promise<void>): Promise<readonly [number, number]> => {
		const [eager, calm] = [new EagerSlices(), new EagerSlices(false)];
		for (const slices of [eager, calm]) await act(slices);
		return [eager.turns, calm.turns];
	};
	expect(await turns(async (slices) => await bench({ items: [0, 1], slices }).run.attempt(once))).toEqual([4, 0]);
	const stopped = AbortSignal.abort();
	expect(
		await turns(async (slices) => await bench({ slices }).run.attempt({ mayContinue: false, signal: stopped })),
	).toEqual([4, 0]);
	expect(
		await turns(async (slices) => {
			const { run } = bench({ items: [0], slices, answer: () => notSent('deadline') });
			await run.attempt(tryAgain);
			slices.turns = 0;
			await run.attempt(once);
		}),
	).toEqual([1, 0]);
});
