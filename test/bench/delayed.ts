/** Starts the delayed peer (delayedPeer.ts) in a process of its own: it must not share the client's core. */
import { spawn } from 'node:child_process';
import path from 'node:path';

export interface DelayedPeer {
	readonly port: number;
	/** Its certificate authority, as PEM. */
	readonly ca: string;
	stop(): void;
}

export interface DelayedPeerOptions {
	readonly delayMs: number;
	/** Default 1,000. */
	readonly streams?: number;
	/** It answers no more after so many answers on a connection. Default: it always answers. */
	readonly mostAnswers?: number;
}

export async function startDelayedPeer(options: DelayedPeerOptions): Promise<DelayedPeer> {
	const { delayMs, streams = 1_000, mostAnswers = Infinity } = options;
	const child = spawn(
		process.execPath,
		['--import', 'tsx', path.join(__dirname, 'delayedPeer.ts'), ...[delayMs, streams, mostAnswers].map(String)],
		{ stdio: ['ignore', 'pipe', 'inherit'] },
	);
	const line = await new Promise<string>((resolve, reject) => {
		child.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString()));
		child.once('exit', () => reject(new Error('the delayed peer did not start')));
	});
	const { port, ca } = JSON.parse(line) as { port: number; ca: string };
	return { port, ca, stop: () => void child.kill() };
}
