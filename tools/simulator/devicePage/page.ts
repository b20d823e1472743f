/** Serves the device page over plain HTTP on loopback: the page itself, its picture as server-sent events, exchanges, and actions. */
import { readFileSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import * as esbuild from 'esbuild';
import type { Simulator } from '../simulator';
import type { ModelOptions } from './model';
import { createModel } from './model';
import type { PageAction } from './state';

export interface DevicePageOptions extends ModelOptions {
	/** Default 0: any free port. */
	readonly port?: number;
}

export interface DevicePage {
	readonly address: string;
	/** Every phone gives its tokens to the app's server. */
	registerAll(): void;
	close(): Promise<void>;
}

const browserFolder = path.join(__dirname, 'browser');
/** A picture holds all phones: ten a second follow a burst smoothly and cost little. */
const pictureEveryMs = 100;
const maxActionBytes = 4096;

/** No script, style or connection but the page's own. */
const contentSecurityPolicy = "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

interface Asset {
	readonly type: string;
	readonly content: Buffer;
}

/** The page's files; TypeScript and styles are bundled for browsers of the last years. */
async function bundle(): Promise<ReadonlyMap<string, Asset>> {
	const file = (name: string) => readFileSync(path.join(browserFolder, name));
	const built = await esbuild.build({
		entryPoints: ['main.ts', 'page.css'].map((name) => path.join(browserFolder, name)),
		bundle: true,
		write: false,
		outdir: '/',
		format: 'esm',
		target: 'es2022',
		tsconfig: path.join(browserFolder, 'tsconfig.json'),
	});
	const output = (extension: string) =>
		Buffer.from(built.outputFiles.find(({ path: name }) => name.endsWith(extension))?.contents ?? []);
	return new Map([
		['/', { type: 'text/html; charset=utf-8', content: file('index.html') }],
		['/page.css', { type: 'text/css; charset=utf-8', content: output('.css') }],
		['/icon.svg', { type: 'image/svg+xml', content: file('icon.svg') }],
		['/page.js', { type: 'text/javascript; charset=utf-8', content: output('.js') }],
	]);
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of request) {
		chunks.push(chunk as Buffer);
		bytes += (chunk as Buffer).length;
		if (bytes > maxActionBytes) throw new Error('The action is too long.');
	}
	return Buffer.concat(chunks).toString('utf8');
}

function answer(response: ServerResponse, status: number, type: string, content: Buffer | string): void {
	response.writeHead(status, {
		'content-type': type,
		'cache-control': 'no-store',
		'content-security-policy': contentSecurityPolicy,
		'x-content-type-options': 'nosniff',
		'referrer-policy': 'no-referrer',
	});
	response.end(content);
}

const say = (response: ServerResponse, status: number, value: unknown): void =>
	answer(response, status, 'application/json', JSON.stringify(value));

/** Sends `picture()` to every listener, at most so often, and once to each that comes. */
function createEvents(picture: () => unknown) {
	const listeners = new Set<ServerResponse>();
	let timer: NodeJS.Timeout | undefined;
	const event = () => `data: ${JSON.stringify(picture())}\n\n`;
	return {
		add(response: ServerResponse) {
			response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
			response.write(`retry: 1000\n${event()}`);
			listeners.add(response);
			response.once('close', () => listeners.delete(response));
		},
		changed() {
			if (timer !== undefined || listeners.size === 0) return;
			timer = setTimeout(() => {
				timer = undefined;
				const text = event();
				for (const listener of listeners) listener.write(text);
			}, pictureEveryMs);
		},
		close() {
			clearTimeout(timer);
			for (const listener of listeners) listener.end();
		},
	};
}

/**
 * A page of another site must not steer this one: the request names this server (which a rebound name does not), and an
 * action comes as JSON from this origin, which browsers do not let strangers send.
 */
function mayAsk(request: IncomingMessage, port: number): boolean {
	const hosts = ['127.0.0.1', 'localhost', '[::1]'].map((host) => `${host}:${port}`);
	const { host, origin } = request.headers;
	if (host === undefined || !hosts.includes(host)) return false;
	if (request.method !== 'POST') return true;
	const fromHere = origin === undefined || hosts.some((one) => origin === `http://${one}`);
	return fromHere && request.headers['content-type'] === 'application/json';
}

function listen(server: Server, port: number): Promise<number> {
	return new Promise((resolve, reject) => {
		const fail = (error: Error) =>
			reject(new Error(`The device page cannot listen on port ${port} (${error.message}): name another one.`));
		server.once('error', fail);
		server.listen(port, '127.0.0.1', () => {
			server.off('error', fail);
			resolve((server.address() as AddressInfo).port);
		});
	});
}

/** Starts the page for a simulator. Rejects when the port is taken. */
export async function startDevicePage(simulator: Simulator, options: DevicePageOptions): Promise<DevicePage> {
	const assets = await bundle();
	const model = createModel(simulator, options);
	const events = createEvents(model.state);
	model.onChange(events.changed);

	async function act(request: IncomingMessage, response: ServerResponse): Promise<void> {
		try {
			model.act(JSON.parse(await readBody(request)) as PageAction);
			say(response, 200, { done: true });
		} catch (error) {
			say(response, 400, { message: error instanceof Error ? error.message : 'The page asked for something unknown.' });
		}
	}

	function handle(request: IncomingMessage, response: ServerResponse): void {
		const { pathname } = new URL(request.url ?? '/', 'http://localhost');
		if (!mayAsk(request, port)) return say(response, 403, { message: 'Only the page itself may ask.' });
		if (request.method === 'POST' && pathname === '/actions') return void act(request, response);
		if (request.method !== 'GET') return say(response, 405, { message: 'Only GET here.' });
		if (pathname === '/events') return events.add(response);
		const number = /^\/exchanges\/(\d+)$/.exec(pathname)?.[1];
		if (number !== undefined) {
			const details = model.details(Number(number));
			if (details === undefined) return say(response, 404, { message: 'This exchange is no longer remembered.' });
			return say(response, 200, details);
		}
		const asset = assets.get(pathname);
		if (asset === undefined) return answer(response, 404, 'text/plain', 'Not found');
		return answer(response, 200, asset.type, asset.content);
	}

	const server = createServer(handle);
	const port = await listen(server, options.port ?? 0).catch((error: unknown) => {
		model.close();
		throw error;
	});
	return {
		address: `http://localhost:${port}/`,
		registerAll() {
			for (const { id } of model.state().phones) model.act({ type: 'register', phone: id });
		},
		async close() {
			model.close();
			events.close();
			const closed = new Promise<void>((resolve) => void server.close(() => resolve()));
			server.closeAllConnections();
			await closed;
		},
	};
}
