/** Faults on script: which request meets which misfortune, in place of or on top of its honest answer. */
import type { RequestRecord } from './journal';

/** What a GOAWAY of the script says and what becomes of the connection. */
export interface GoawayAction {
	readonly type: 'goaway';
	/** HTTP/2 error code; default NO_ERROR, as Apple's. */
	readonly code?: number;
	/** Debug data: Apple's JSON with this reason … */
	readonly reason?: string;
	/** … or this plain text; neither: none. */
	readonly text?: string;
	/** `this` (default): the request's stream; `before`: the one before it; `zero`; `max`: 2³¹−1, the first half of a graceful close; or a number. */
	readonly lastStream?: 'this' | 'before' | 'zero' | 'max' | number;
	/** `drain` (default): streams up to the last one are answered, then FIN. `close`: FIN at once. `cut`: no FIN. `keep`: stays open. */
	readonly then?: 'drain' | 'close' | 'cut' | 'keep';
}

export type Action =
	| GoawayAction
	/** RST_STREAM REFUSED_STREAM: not processed. */
	| { readonly type: 'refuse' }
	| { readonly type: 'reset'; readonly code: number }
	/** No answer, ever. */
	| { readonly type: 'stall' }
	/** The connection ends: `destroy` (default) without a word, `fin` with close_notify and FIN. */
	| { readonly type: 'cut'; readonly how?: 'destroy' | 'fin' }
	/** An answer of one's own. Without `reason` and `body` it has no body; `headers` such as retry-after. `apns-id` is filled in. */
	| {
			readonly type: 'answer';
			readonly status: number;
			readonly reason?: string;
			readonly timestampMs?: number;
			readonly headers?: Readonly<Record<string, string>>;
			readonly body?: Buffer | string;
	  }
	/** The honest answer (or `then`) after a while. */
	| { readonly type: 'delay'; readonly ms: number; readonly then?: Action }
	/** SETTINGS with another stream limit go first, then the honest answer (or `then`). An accepted request restores the usual limit; `setMaxConcurrentStreams` of the simulator changes it for good. */
	| { readonly type: 'limit'; readonly streams: number; readonly refuseSurplus?: boolean; readonly then?: Action }
	/** Headers of an answer, a part of its body, and then: RST_STREAM (`reset`), nothing (`open`), or the end of the connection (`cut`). */
	| {
			readonly type: 'halfAnswer';
			readonly status: number;
			readonly headers?: Readonly<Record<string, string>>;
			readonly body?: string;
			readonly how: 'reset' | 'open' | 'cut';
			readonly code?: number;
	  };

/** The n-th request the simulator sees (from 1), or those a function picks. At `complete` time, body included. */
export type When = number | ((request: RequestRecord) => boolean);

export interface ScriptOptions {
	/** How many requests it may strike. Default: once. */
	readonly times?: number;
}

export interface ScriptLine {
	/** Requests struck so far. */
	readonly struck: number;
	remove(): void;
}

export interface Script {
	/** Adds a line; of several that fit, the first added strikes. */
	at(when: When, action: Action, options?: ScriptOptions): ScriptLine;
	/** Every request from now on. */
	always(action: Action): ScriptLine;
	clear(): void;
}

interface Line {
	readonly when: When;
	readonly action: Action;
	readonly times: number;
	struck: number;
}

/** `take` gives the action for a request, once it is complete. */
export function createScript(): Script & { take(request: RequestRecord): Action | undefined } {
	const lines: Line[] = [];
	const add = (when: When, action: Action, times: number): ScriptLine => {
		const line: Line = { when, action, times, struck: 0 };
		lines.push(line);
		return {
			get struck() {
				return line.struck;
			},
			remove() {
				const at = lines.indexOf(line);
				if (at >= 0) lines.splice(at, 1);
			},
		};
	};
	return {
		at: (when, action, options = {}) => add(when, action, options.times ?? 1),
		always: (action) => add(() => true, action, Number.POSITIVE_INFINITY),
		clear: () => void lines.splice(0),
		take(request) {
			const fits = (line: Line) =>
				line.struck < line.times && (typeof line.when === 'number' ? line.when === request.number : line.when(request));
			const line = lines.find(fits);
			if (line === undefined) return undefined;
			line.struck += 1;
			return line.action;
		},
	};
}
