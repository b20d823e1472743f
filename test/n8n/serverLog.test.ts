/** n8n's own log tells an operator, once, what stops pushes: a credential that APNs refuses. */
import { type Logger, LoggerProxy } from 'n8n-workflow';
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();
let lines: string[];

beforeEach(() => {
	lines = [];
	const log = (message: string): void => void lines.push(message);
	LoggerProxy.init({ error: log, warn: log, info: log, debug: () => undefined } as unknown as Logger);
});

it('names a refused credential once, with what to do, however many pushes meet it', async () => {
	bench.peer.simulator.revoke(String(bench.peer.credential.keyId));
	for (let n = 0; n < 3; n += 1)
		await bench.send({ recipients: phone, title: 'Hi' }, [{}], { onError: 'continueRegularOutput' });
	const told = lines.filter((line) => line.startsWith('APNs: '));
	expect(told).toEqual([expect.stringMatching(/InvalidProviderToken.* pause for \d+ s\. /)]);
	expect(told[0]).not.toContain(String(bench.peer.credential.privateKey).slice(30, 60));
});
