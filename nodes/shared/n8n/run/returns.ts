/** What a run gives back on its last or only try: items, items sorted for an error output, or an error. */
import type { IExecuteFunctions } from 'n8n-workflow';
import type { Totals } from './totals';

/** On Error, as the node's settings have it. */
export type ErrorSetting = 'stop' | 'continue' | 'errorOutput';

/** The result of the run, as far as it matters here; the first that fits. */
export type Situation =
	/** Devices: the user wants it to fail when one is rejected or invalid, and one is. */
	| 'rejectedFails'
	/** Devices: none answered for itself, so the cause is common to the run or nothing could be sent. */
	| 'noneAnswered'
	/** Broadcasts, channels: no request succeeded or may have. */
	| 'noneSucceeded'
	/** Some succeeded, or all. */
	| 'someSucceeded';

export type Return = 'items' | 'sorted' | 'throw';

const always = (what: Return): Readonly<Record<Situation, Return>> => ({
	rejectedFails: what,
	noneAnswered: what,
	noneSucceeded: what,
	someSucceeded: what,
});

/** Under both "continue" settings n8n would send the unchanged input on for a thrown error, so nothing is thrown there. */
export const returns: Readonly<Record<ErrorSetting, Readonly<Record<Situation, Return>>>> = {
	stop: { rejectedFails: 'throw', noneAnswered: 'throw', noneSucceeded: 'throw', someSucceeded: 'items' },
	continue: always('items'),
	errorOutput: always('sorted'),
};

/** The node's On Error; nodes of older workflows have only Continue On Fail. */
export function errorSettingOf(context: Pick<IExecuteFunctions, 'continueOnFail' | 'getNode'>): ErrorSetting {
	if (!context.continueOnFail()) return 'stop';
	return context.getNode().onError === 'continueErrorOutput' ? 'errorOutput' : 'continue';
}

export interface RunKind {
	/** Pushes to devices, whose answers speak for each device; broadcasts and channel requests succeed or not. */
	readonly toDevices: boolean;
	/** On Rejected Device is set to Fail. */
	readonly failOnRejected: boolean;
}

/** The first situation that fits the result of the run. */
export function situationOf({ total, answered, settled, rejected, invalid }: Totals, kind: RunKind): Situation {
	if (total === 0) return 'someSucceeded';
	if (!kind.toDevices) return settled === 0 ? 'noneSucceeded' : 'someSucceeded';
	if (answered === 0) return 'noneAnswered';
	return kind.failOnRejected && rejected + invalid > 0 ? 'rejectedFails' : 'someSucceeded';
}
