/** What a run remembers from one try of Retry On Fail to the next, so that a retry continues instead of repeating. */
import type { IExecuteFunctions } from 'n8n-workflow';

/** A run under way, and how often n8n has called the node for it. */
interface Remembered<R> {
	run: R | undefined;
	tries: number;
}

/** One call of the node. */
export interface Try<R> {
	/** The run of the earlier tries. */
	readonly run: R | undefined;
	/** Whether a further try is possible and would find what this one leaves. */
	readonly mayContinue: boolean;
	/** Keeps the run for the next try. */
	keep(run: R): void;
}

/** n8n's own limits (WorkflowExecute.getRetryParams of n8n-core 2.41): 3 tries unless said otherwise, 2 to 5. */
function maxTriesOf({ retryOnFail, maxTries }: ReturnType<IExecuteFunctions['getNode']>): number {
	return retryOnFail === true ? Math.min(5, Math.max(2, maxTries || 3)) : 1;
}

/**
 * Whether the node runs below an agent, which tries again by its own rules and shares its execute data among its tools.
 * There nothing identifies one call over its tries.
 */
export function isToolOfAgent(context: IExecuteFunctions): boolean {
	// Missing in n8n before 1.94, hence the question marks.
	const executeData: Partial<ReturnType<IExecuteFunctions['getExecuteData']>> | undefined = context.getExecuteData?.();
	return context.isToolExecution?.() === true || executeData?.node?.name !== context.getNode().name;
}

/**
 * The key is the object `getExecuteData()` returns: n8n makes one for each run of a node, hands the same to all of its
 * tries, and makes another for every loop, branch, sub-workflow and execution. Execution id and run index are no safe key:
 * manual steps repeat both.
 */
export class RetryMemory<R> {
	private readonly runs = new WeakMap<object, Remembered<R>>();

	/** Begins one call of the node. */
	begin(context: IExecuteFunctions): Try<R> {
		const maxTries = maxTriesOf(context.getNode());
		if (isToolOfAgent(context)) return { run: undefined, mayContinue: false, keep: () => undefined };
		const key = context.getExecuteData();
		const remembered = this.runs.get(key) ?? { run: undefined, tries: 0 };
		remembered.tries += 1;
		const isLast = remembered.tries >= maxTries;
		if (isLast) this.runs.delete(key);
		else this.runs.set(key, remembered);
		return {
			run: remembered.run,
			mayContinue: !isLast,
			keep: (run) => {
				remembered.run = run;
			},
		};
	}
}
