/** The device page over HTTP: pictures as events, one exchange as on the wire, faults by the panel, and nobody else may steer it. */
import { once } from 'node:events';
import http from 'node:http';
import type { DevicePage } from '../../tools/simulator/devicePage/page';
import { startDevicePage } from '../../tools/simulator/devicePage/page';
import type { ExchangeDetails, PageAction, PageState } from '../../tools/simulator/devicePage/state';
import type { Sender } from './sender';
import { bundleId, startSender } from './sender';

let sender: Sender;
let page: DevicePage;

beforeEach(async () => {
	sender = await startSender();
	page = await startDevicePage(sender.app.simulator, { bundleId });
});

afterEach(async () => {
	await page.close();
	await sender.close();
});

interface Answer {
	readonly status: number;
	readonly headers: http.IncomingHttpHeaders;
	readonly text: string;
}

async function ask(path: string, options: http.RequestOptions = {}, body?: string): Promise<Answer> {
	const request = http.request(new URL(path, page.address), options);
	request.end(body);
	const [response] = (await once(request, 'response')) as [http.IncomingMessage];
	const chunks: Buffer[] = [];
	for await (const chunk of response) chunks.push(chunk as Buffer);
	return { status: response.statusCode ?? 0, headers: response.headers, text: Buffer.concat(chunks).toString() };
}

const json = { 'content-type': 'application/json' };
const act = async (action: PageAction, headers: http.OutgoingHttpHeaders = json) =>
	await ask('/actions', { method: 'POST', headers }, JSON.stringify(action));

/** Reads pictures until one fits. */
async function picture(fits: (state: PageState) => boolean): Promise<PageState> {
	const request = http.get(new URL('/events', page.address));
	const [response] = (await once(request, 'response')) as [http.IncomingMessage];
	let rest = '';
	for await (const chunk of response) {
		rest += String(chunk);
		const events = rest.split('\n\n');
		rest = events.pop() ?? '';
		for (const event of events) {
			const data = event.split('\n').find((line) => line.startsWith('data: '));
			const state = JSON.parse(data?.slice('data: '.length) ?? '{}') as PageState;
			if (fits(state)) {
				request.destroy();
				return state;
			}
		}
	}
	throw new Error('The page stopped sending pictures.');
}

test('a listener gets the picture at once and another after each change', async () => {
	const first = await picture(() => true);
	expect(first).toMatchObject({ bundleId, environment: 'development', requests: 0 });
	const later = picture(({ phones }) => phones.some(({ notifications }) => notifications.length === 1));
	await sender.push(sender.token('ada'), { aps: { alert: 'Hello' } });
	expect((await later).phones[0]?.notifications).toMatchObject([{ body: 'Hello' }]);
});

test('an exchange is shown as it was on the wire, without the provider token', async () => {
	await sender.push(sender.token('ada'), { aps: { alert: 'Hello' } }, { 'apns-collapse-id': 'x' });
	const reply = await ask('/exchanges/1');
	const details = JSON.parse(reply.text) as ExchangeDetails;
	expect(details).toMatchObject({
		status: 200,
		connection: 1,
		stream: 1,
		target: 'Ada’s iPhone',
		payloadBytes: 25,
	});
	expect(details.headers.find(({ name }) => name === ':method')).toMatchObject({ kind: 'indexed', bytes: 1 });
	const sum = details.headers.reduce((bytes, header) => bytes + (header.bytes ?? 0), 0);
	expect(sum).toBeGreaterThan(100);
	expect(sum).toBeLessThanOrEqual(details.headerBlockBytes);
	const [request] = sender.app.simulator.journal.requests;
	const token = request?.headers.find(([name]) => name === 'authorization')?.[1];
	expect(token).toMatch(/^bearer ey/);
	const signature = token?.split('.')[2] ?? '';
	const everything = reply.text + JSON.stringify(await picture(() => true));
	expect(everything).not.toContain(signature);
	expect(everything).not.toContain('PRIVATE KEY');
	expect((await ask('/exchanges/99')).status).toBe(404);
});

test.each<[string, number, string | undefined]>([
	['tooMany', 429, 'TooManyRequests'],
	['internal', 500, 'InternalServerError'],
	['shutdown', 503, 'Shutdown'],
])('fault %s strikes while it is chosen', async (fault, status, reason) => {
	await act({ type: 'fault', fault });
	const token = sender.token('ada');
	expect(await sender.push(token, { aps: { alert: '1' } })).toMatchObject({ status, reason });
	expect((await picture(() => true)).panel).toMatchObject({ fault, struck: 1 });
	await act({ type: 'fault', fault: 'none' });
	expect(await sender.push(token, { aps: { alert: '2' } })).toMatchObject({ status: 200 });
});

test('refused streams, GOAWAY, a revoked key, one stream and silence', async () => {
	const token = sender.token('ada');
	const { journal } = sender.app.simulator;
	await act({ type: 'fault', fault: 'refuse' });
	await expect(sender.push(token, { aps: {} })).rejects.toMatchObject({ rstCode: 7 });
	await act({ type: 'fault', fault: 'goaway' });
	await sender.push(token, { aps: {} });
	await journal.waitFor(({ connections }) => connections[0]?.goawaysSent.length === 1);
	await act({ type: 'fault', fault: 'none' });
	await act({ type: 'revokeKey', on: true });
	expect(await sender.push(token, { aps: {} })).toMatchObject({ status: 403, reason: 'InvalidProviderToken' });
	await act({ type: 'revokeKey', on: false });
	expect(await sender.push(token, { aps: {} })).toMatchObject({ status: 200 });
	await act({ type: 'limitOne', on: true });
	await journal.waitFor(({ connections }) => connections.at(-1)?.limitsSent.at(-1) === 1);
	expect((await picture(() => true)).panel).toMatchObject({ limitOne: true, keyRevoked: false });
	await act({ type: 'cut' });
	await journal.waitFor(({ connections }) => connections.every(({ closedAtMs }) => closedAtMs !== undefined));
});

test.each([
	['another name, as after DNS rebinding', { ...json, host: 'evil.example' }],
	['another origin', { ...json, origin: 'https://evil.example' }],
	['a form of another page', { 'content-type': 'text/plain' }],
])('%s may not act', async (_what, headers) => {
	expect((await act({ type: 'cut' }, headers)).status).toBe(403);
});

test('unknown phones, faults and actions are refused with a sentence, and change nothing', async () => {
	const wrong: unknown[] = [
		{ type: 'online', phone: 'nobody', on: true },
		{ type: 'fault', fault: 'flood' },
		{ type: 'explode' },
		null,
	];
	for (const action of wrong) {
		const reply = await act(action as PageAction);
		expect(reply.status).toBe(400);
		expect((JSON.parse(reply.text) as { message: string }).message).not.toBe('');
	}
	expect((await ask('/actions', { method: 'POST', headers: json }, 'x'.repeat(5000))).status).toBe(400);
	expect((await picture(() => true)).panel.fault).toBe('none');
});

test('the page may load only its own parts', async () => {
	const reply = await ask('/');
	expect(reply.headers['content-security-policy']).toContain("default-src 'self'");
	expect(reply.text).not.toContain('http://');
	for (const path of ['/page.js', '/page.css', '/icon.svg']) expect((await ask(path)).status).toBe(200);
	expect((await ask('/nothing')).status).toBe(404);
});

test('closing it frees the port while somebody listens', async () => {
	const request = http.get(new URL('/events', page.address));
	await once(request, 'response');
	request.on('error', () => undefined);
	await page.close();
	await expect(ask('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
});
