/** A language model to try the agent example with: it understands nothing, and calls the agent's first tool with what it was told. OpenAI's chat completions, on loopback. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PracticeModel {
	/** The base URL for a credential. */
	readonly url: string;
	close(): Promise<void>;
}

interface Tool {
	readonly function?: {
		readonly name?: string;
		readonly parameters?: { readonly properties?: Readonly<Record<string, unknown>> };
	};
}

interface Chat {
	readonly messages?: ReadonlyArray<{ readonly role?: string; readonly content?: unknown }>;
	readonly tools?: readonly Tool[];
}

/** Titles are cut where a phone would cut them. */
const titleCharacters = 40;

function lastUserText({ messages = [] }: Chat): string {
	const content = [...messages].reverse().find(({ role }) => role === 'user')?.content;
	return typeof content === 'string' ? content : JSON.stringify(content ?? '');
}

/** The answer's message: a call of the first tool, and a closing word once that call has been answered. */
function answerTo(chat: Chat): Record<string, unknown> {
	const text = lastUserText(chat);
	const tool = chat.tools?.[0]?.function;
	const answered = chat.messages?.at(-1)?.role === 'tool';
	if (tool?.name === undefined || answered)
		return { role: 'assistant', content: answered ? 'I told the team.' : 'There is no tool I could use.' };
	const names = Object.keys(tool.parameters?.properties ?? {});
	const values = names.map((name) => [name, /title/i.test(name) ? text.slice(0, titleCharacters) : text] as const);
	const call = { name: tool.name, arguments: JSON.stringify(Object.fromEntries(values)) };
	return {
		role: 'assistant',
		content: null,
		tool_calls: [{ id: 'call_1', type: 'function', function: call }],
	};
}

async function bodyOf(request: IncomingMessage): Promise<Chat> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}');
	return typeof body === 'object' && body !== null ? (body as Chat) : {};
}

async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
	const message = answerTo(await bodyOf(request));
	const reason = 'tool_calls' in message ? 'tool_calls' : 'stop';
	response.writeHead(200, { 'content-type': 'application/json' });
	response.end(
		JSON.stringify({
			id: 'chatcmpl-practice',
			object: 'chat.completion',
			created: Math.floor(Date.now() / 1000),
			model: 'practice',
			choices: [{ index: 0, message, finish_reason: reason }],
			usage: { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 },
		}),
	);
}

export async function startPracticeModel(): Promise<PracticeModel> {
	const server = createServer((request, response) => {
		handle(request, response).catch(() => response.writeHead(400).end());
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/v1`,
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
