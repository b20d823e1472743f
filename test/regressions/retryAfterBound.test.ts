/**
 * Retry-After above 900 s is reported at once instead of being waited for.
 * Before: it had no bound, and a server could hold a run for days.
 */
import { type ClientBench, notification, startClientBench } from '../shared/client/clientBench';
import { within } from './rawBench';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

const tooLong: ReadonlyArray<readonly [number, string, string]> = [
	[429, 'TooManyRequests', '901'],
	[429, 'TooManyRequests', '604800'],
	[503, 'ServiceUnavailable', '901'],
	[503, 'ServiceUnavailable', '99999999999999999999'],
	[500, 'InternalServerError', new Date(Date.now() + 86_400_000).toUTCString()],
];

it.each(tooLong)(
	'reports %i %s with Retry-After %s at once, however many repeats are allowed',
	async (status, reason, retryAfter) => {
		bench.simulator.script.at(1, { type: 'answer', status, reason, headers: { 'retry-after': retryAfter } });
		const outcome = await within(bench.client().send(notification(1), { retries: 5 }), 3_000);
		expect(outcome).toMatchObject({ outcome: 'rejected', status, reason, attempts: 1 });
		expect(bench.simulator.journal.requests).toHaveLength(1);
	},
);

it('waits for a second where Retry-After says 0, so that repeats are no flood', async () => {
	bench.simulator.script.at(1, {
		type: 'answer',
		status: 429,
		reason: 'TooManyRequests',
		headers: { 'retry-after': '0' },
	});
	const beganMs = performance.now();
	expect(await bench.client().send(notification(1))).toMatchObject({ outcome: 'accepted', attempts: 2 });
	expect(performance.now() - beganMs).toBeGreaterThanOrEqual(990);
});
