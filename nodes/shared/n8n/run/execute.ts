/** The n8n boundary of both nodes: begins a run or continues it, and is the one place that decides what may throw. */
import type {
	IDataObject,
	IExecuteFunctions,
	INodeExecutionData,
	NodeApiError,
	NodeOperationError,
} from 'n8n-workflow';
import type { Outcome } from '../../outcome';
import { type Clock, systemClock } from '../../transport/clock';
import type { EngineCosts } from '../parameters/engineCosts';
import { againError, asNodeError, nothingSentError, rejectedError } from './failures';
import { addHints, HintCounter } from './hints';
import { LastRuns, type RunCounts } from './lastRuns';
import { failedItems, itemsOf, runsAsTool } from './output';
import { Progress } from './progress';
import { isToolOfAgent, RetryMemory } from './retryMemory';
import { invalidOutcome, localCodes, notSent, resultJson } from './resultItem';
import { errorSettingOf, type RunKind, returns, situationOf } from './returns';
import type { Run } from './runItems';
import { Slices } from './slices';
import type { Task } from './task';
import { Totals } from './totals';
import { type Noun, pushNoun, sentences } from './words';

/** A run that is ready to send. */
export interface PreparedRun extends RunKind {
	readonly run: Pick<Run<Task>, 'attempt' | 'finish' | 'waiting' | 'fractionRead' | 'report' | 'hints'>;
	/** Expressions that went through n8n's engine, and what they cost. */
	readonly costs: EngineCosts;
}

/** What the results of a node are, where it has no run yet. */
export interface ResultKind {
	readonly noun: Noun;
	json(outcome: Outcome): IDataObject;
}

/** The clocks of a run. */
export interface RunTime {
	readonly clock: Clock;
	/** Milliseconds since the epoch. */
	readonly wallNowMs: () => number;
}

/** The time of a run, and the slices its work is done in. */
export interface RunSetting extends RunTime {
	readonly slices: Slices;
}

const systemTime: RunTime = { clock: systemClock, wallNowMs: () => Date.now() };

const pushKind: ResultKind = { noun: pushNoun, json: (outcome) => resultJson(outcome, {}) };

/** Runs of this process that further tries may continue. */
const memory = new RetryMemory<PreparedRun>();

/** The last runs of this process, for Get Statistics. */
export const lastRuns = new LastRuns(systemClock);

/**
 * Runs the node for all items. `prepare` reads what the items share; what it throws is common to the run, and then `kind`
 * says what the result of an item is.
 */
export async function executeItems(
	context: IExecuteFunctions,
	prepare: (setting: RunSetting) => Promise<PreparedRun>,
	kind: ResultKind = pushKind,
	time: RunTime = systemTime,
): Promise<INodeExecutionData[][]> {
	if (context.getInputData().length === 0) return [[]];
	const attempt = memory.begin(context);
	const signal = context.getExecutionCancelSignal();
	// n8n does not look at Stop between tries: what earlier ones sent must not get lost, and nothing more is sent.
	if (signal?.aborted === true && attempt.run === undefined) return [[]];
	const setting: RunSetting = { ...time, slices: new Slices(time.clock) };
	const end = lastRuns.begin();
	let prepared = attempt.run;
	try {
		try {
			prepared ??= await prepare(setting);
		} catch (error) {
			return [failedRun(context, error, kind)];
		}
		attempt.keep(prepared);
		return [await sendAndReturn(context, prepared, attempt.mayContinue, setting)];
	} finally {
		end(countsOf(prepared));
	}
}

function countsOf(prepared: PreparedRun | undefined): RunCounts {
	const { total = 0, notSent = 0, unknown = 0 } = prepared?.run.report.totals ?? {};
	return { requests: total, notSent, unknown };
}

/** Runs what is done once per execution and sends no push. */
export async function executeOnce(
	context: IExecuteFunctions,
	work: () => Promise<INodeExecutionData[]>,
): Promise<INodeExecutionData[][]> {
	if (context.getInputData().length === 0 || context.getExecutionCancelSignal()?.aborted === true) return [[]];
	try {
		return [await work()];
	} catch (error) {
		return [failedRun(context, error, pushKind)];
	}
}

/** A run that sent nothing: an error, or a result for each item where the node goes on after one. */
function failedRun(context: IExecuteFunctions, error: unknown, { noun, json }: ResultKind): INodeExecutionData[] {
	if (errorSettingOf(context) === 'stop' && !answersModel(context))
		throw forReader(context, asNodeError(context.getNode(), error));
	const outcome = invalidOutcome(error);
	const items = failedItems(context, json(outcome));
	const totals = new Totals();
	for (const index of items.keys()) totals.add(index, outcome, undefined, undefined);
	addHints(context, totals, noun, new HintCounter(), []);
	return items;
}

/**
 * Whether a failure is an answer to a model, since an error of a tool ends the agent's whole run in n8n before 2.41.
 * Settings that ask for an error still get one.
 */
function answersModel(context: IExecuteFunctions): boolean {
	const { onError, retryOnFail } = context.getNode();
	return runsAsTool(context) && onError !== 'stopWorkflow' && retryOnFail !== true;
}

/** Sends what is left to send, and returns or throws the result of the run. */
async function sendAndReturn(
	context: IExecuteFunctions,
	prepared: PreparedRun,
	mayContinue: boolean,
	{ clock, slices }: RunSetting,
): Promise<INodeExecutionData[]> {
	const { run } = prepared;
	const { totals, noun } = run.report;
	const signal = context.getExecutionCancelSignal();
	const progress = new Progress(context, { totals, noun, fractionRead: () => run.fractionRead }, clock);
	try {
		await run.attempt({ mayContinue, signal });
	} finally {
		progress.stop();
	}
	const { count, first } = run.waiting;
	const isStopped = signal?.aborted === true;
	if (count > 0 && mayContinue && !isStopped) {
		const last = first?.earlier ?? notSent(localCodes.stopped, { message: '', advice: '' });
		throw againError(context.getNode(), count, last, first?.itemIndex ?? 0, totals, noun);
	}
	run.finish();
	if (isStopped) progress.logStop();
	const what = returns[errorSettingOf(context)][situationOf(totals, prepared)];
	// After an error, the agent of a tool would send everything again.
	const mayThrow = !answersModel(context) && (totals.settled === 0 || !isToolOfAgent(context));
	if (what === 'throw' && mayThrow && !isStopped) throw forReader(context, errorOf(context, prepared));
	addHints(
		context,
		totals,
		noun,
		run.hints,
		[progress.summary(), ...prepared.costs.texts()].filter((text) => text !== undefined),
	);
	return await itemsOf(await run.report.finish(slices), what === 'sorted', slices);
}

/** Agents hand the message of an error to their model, and nothing else of it: there it says what to do as well. */
function forReader(context: IExecuteFunctions, error: NodeApiError | NodeOperationError): Error {
	const { message, description } = error;
	if (
		typeof description === 'string' &&
		(runsAsTool(context) || isToolOfAgent(context)) &&
		!message.includes(description)
	)
		error.message = sentences(message, description);
	return error;
}

function errorOf(context: IExecuteFunctions, prepared: PreparedRun): NodeApiError {
	const { totals, noun } = prepared.run.report;
	const node = context.getNode();
	return situationOf(totals, prepared) === 'rejectedFails'
		? rejectedError(node, totals, noun)
		: nothingSentError(node, totals, noun);
}
