/** A language model on loopback that says what it was told to say, in the format of OpenAI's chat completions, and remembers what it was asked. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One turn of the model: an answer in words, or a call of a tool with arguments. */
export type Turn =
	{ readonly say: string } | { readonly call: string; readonly with: Readonly<Record<string, unknown>> };

export interface Question {
	readonly messages: ReadonlyArray<Readonly<Record<string, unknown>>>;
	readonly tools: ReadonlyArray<Readonly<Record<string, unknown>>>;
}

export interface ScriptedModel {
	/** The base URL for a credential. */
	readonly url: string;
	/** Everything it was asked so far. */
	readonly questions: readonly Question[];
	/** Forgets the questions, and what it still had to say. */
	script(turns: readonly Turn[]): void;
	close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Record<string, unknown>> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	const body: unknown = JSON.parse(Buffer.concat(chunks).toString() || '{}');
	return typeof body === 'object' && body !== null ? { ...body } : {};
}

function list(value: unknown): Array<Readonly<Record<string, unknown>>> {
	return Array.isArray(value) ? value : [];
}

function completion(turn: Turn, number: number): Record<string, unknown> {
	const message =
		'say' in turn
			? { role: 'assistant', content: turn.say }
			: {
					role: 'assistant',
					content: null,
					tool_calls: [
						{
							id: `call_${number}`,
							type: 'function',
							function: { name: turn.call, arguments: JSON.stringify(turn.with) },
						},
					],
				};
	return {
		id: `chatcmpl-${number}`,
		object: 'chat.completion',
		created: 1,
		model: 'scripted',
		choices: [{ index: 0, message, finish_reason: 'say' in turn ? 'stop' : 'tool_calls' }],
		usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
	};
}

export async function startScriptedModel(): Promise<ScriptedModel> {
	const questions: Question[] = [];
	const turns: Turn[] = [];
	const server = createServer((request, response) => {
		void (async () => {
			const body = await bodyOf(request);
			questions.push({ messages: list(body.messages), tools: list(body.tools) });
			const turn = turns.shift();
			response.writeHead(turn === undefined ? 400 : 200, { 'content-type': 'application/json' });
			response.end(
				JSON.stringify(
					turn === undefined
						? { error: { message: 'The script has ended.', type: 'invalid_request_error' } }
						: completion(turn, questions.length),
				),
			);
		})();
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
	const { port } = server.address() as AddressInfo;
	return {
		url: `http://127.0.0.1:${port}/v1`,
		questions,
		script(next) {
			questions.length = 0;
			turns.splice(0, turns.length, ...next);
		},
		async close() {
			server.closeAllConnections();
			await new Promise((resolve) => server.close(resolve));
		},
	};
}
