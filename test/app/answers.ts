/** Reading what webhooks answered. */
import assert from 'node:assert/strict';
import type { Answer } from './application/restClient';

export type Item = Record<string, unknown>;

/** Items of a webhook that answers with all items of the last node; fails for any other answer. */
export function items({ status, body }: Answer): Item[] {
	assert.equal(status, 200, `the webhook answered ${status}: ${JSON.stringify(body)}`);
	assert(Array.isArray(body), `the webhook answered with no list: ${JSON.stringify(body)}`);
	return body as Item[];
}

/** How often each value occurs. */
export function count(values: ReadonlyArray<string | number>): Record<string, number> {
	const counts: Record<string, number> = {};
	for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
	return counts;
}
