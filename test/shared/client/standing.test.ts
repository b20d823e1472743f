/** A repetition never hides what came before it: an unknown push stays unknown until an answer tells. */
import { type ClientBench, notification, startClientBench } from './clientBench';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
	await bench.client().send(notification(1_000));
});

afterEach(() => bench.close());

const first = ({ path }: { readonly path: string }): boolean => path.endsWith(notification(1).deviceToken);

it('stays unknown when the repetition could not be sent', async () => {
	bench.simulator.script.at(first, { type: 'cut' });
	bench.simulator.rejectConnections('tls');
	expect(await bench.client().send(notification(1), { onUnknown: 'sendAgain' })).toMatchObject({
		outcome: 'unknown',
		attempts: 1,
		repeats: [{ why: 'unknown' }],
	});
});

it('stays unknown when the execution is stopped before the repetition left', async () => {
	const controller = new AbortController();
	bench.simulator.script.at(first, { type: 'cut' });
	bench.simulator.rejectConnections('tls');
	const pending = bench.client().send(notification(1), { onUnknown: 'sendAgain', signal: controller.signal });
	await bench.simulator.journal.waitFor(() => bench.simulator.counters().openConnections === 0);
	controller.abort();
	expect(await pending).toMatchObject({ outcome: 'unknown' });
});

it.each([
	[503, 'ServiceUnavailable'],
	[429, 'TooManyRequests'],
	[403, 'InvalidProviderToken'],
])(
	'stays unknown when the repetition is turned away with %d %s, which says nothing of the first',
	async (status, reason) => {
		bench.simulator.script.at(first, { type: 'reset', code: 2 });
		bench.simulator.script.at(first, { type: 'answer', status, reason });
		expect(await bench.client().send(notification(1), { onUnknown: 'sendAgain', retries: 0 })).toMatchObject({
			outcome: 'unknown',
			attempts: 2,
			apnsId: expect.any(String),
		});
	},
);

it('is rejected when the repetition shows that the device is gone', async () => {
	bench.simulator.script.at(first, { type: 'reset', code: 2 });
	bench.simulator.devices.unregister(notification(1).deviceToken);
	expect(await bench.client().send(notification(1), { onUnknown: 'sendAgain' })).toMatchObject({
		outcome: 'rejected',
		status: 410,
		attempts: 2,
	});
});
