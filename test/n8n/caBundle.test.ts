/** A CA bundle works however it was pasted, and what holds no certificate is named. */
import { phone, setUpSendBench } from './sendBench';

const bench = setUpSendBench();
const push = { recipients: phone, title: 'Hi' };

it.each([
	['as it is', (pem: string) => pem],
	['on one line', (pem: string) => pem.replaceAll('\n', ' ')],
	['with line breaks written out', (pem: string) => pem.replaceAll('\n', '\\n')],
	['with CRLF, and text around it', (pem: string) => `Our CA:\r\n${pem.replaceAll('\n', '\r\n')}\r\nend`],
	['twice', (pem: string) => `${pem}${pem}`],
])('is read %s', async (_form, mangle) => {
	bench.setCredential({ caBundle: mangle(bench.peer.simulator.caPem) });
	const result = await bench.send(push);
	expect(result.items('Send')[0]?.json).toMatchObject({ outcome: 'accepted' });
});

it('is named when it holds no certificate', async () => {
	bench.setCredential({ caBundle: 'not a certificate' });
	const result = await bench.send(push);
	expect(result.error).toEqual({
		message: expect.stringMatching(/^'CA Bundle' contains no certificate\.$/),
		description: expect.stringMatching(/BEGIN CERTIFICATE/),
	});
	expect(bench.peer.simulator.counters().connections).toBe(0);
});
