/** What the end of a connection means: whose back-off grows, and whether those who wait learn why. Pure; the lane acts on it. */
import type { EndOfService } from './connectionState';
import type { Blame } from './errorRows';
import { TransportError } from './errors';
import { timing } from './timing';

/** What the lane knows besides the end itself. */
export interface Circumstances {
	/** Openings in a row that ended without an answer, before this one. */
	readonly failedOpenings: number;
	/** Another connection of the lane is up or answers: what waits can still leave. */
	readonly othersWork: boolean;
}

export interface Verdict {
	/** Whose back-off grows; `none` where nobody failed. */
	readonly blame: Blame;
	/** It ended without a single answer. */
	readonly failedOpening: boolean;
	/** What waiting requests are told now; undefined while there is hope. */
	readonly tell: TransportError | undefined;
	/** The connection worked, or seemed to, and is given up: another may open before the failure counts. */
	readonly replaceAtOnce: boolean;
}

/**
 * A connection that had an accepted request and got GOAWAY(NO_ERROR) ended as servers end connections: no failure. One
 * that ended without an answer is a failed opening. Who waits learns why after three of those in a row, and at once
 * where no repeat can mend it; but never while another connection works.
 */
export function judgeEnd(
	{ why, answers, accepted, graceful }: EndOfService,
	{ failedOpenings, othersWork }: Circumstances,
): Verdict {
	const blame: Blame = graceful && accepted > 0 ? 'none' : why.blame;
	const failedOpening = answers === 0 && blame !== 'none';
	const enough = why.permanent || failedOpenings + 1 >= timing.failuresBeforeTelling;
	const tell = failedOpening && !othersWork && enough ? asCommon(why) : undefined;
	return { blame, failedOpening, tell, replaceAtOnce: why.code === 'connectionBlocked' };
}

/** The error of a single connection, as one that all requests meet. */
export function asCommon(why: TransportError): TransportError {
	return why.commonToRun ? why : new TransportError('connectionRejected', why.message, { cause: why });
}
