/** Starts other programs and makes sure that none outlives this one: each in a process group of its own, ended as a group. */
import { type ChildProcess, type ChildProcessByStdio, execFile, spawn } from 'node:child_process';
import { createConnection } from 'node:net';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as pause } from 'node:timers/promises';

const LOG_CHARACTERS = 4_000;
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 5_000;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

export interface Program {
	readonly pid: number;
	readonly stdout: Readable;
	/** Ends with this process, however that ends. */
	readonly stdin: Writable;
	/** The last of what it wrote to standard error. */
	readonly log: string;
	/** True once it ended. */
	readonly ended: boolean;
	/** Fulfils when it ends. */
	readonly end: Promise<void>;
	signal(name: NodeJS.Signals): void;
	/** Ends the whole group, politely first. */
	stop(): Promise<void>;
}

export class Processes {
	private readonly running = new Set<Child>();
	private readonly shortLived = new Set<ChildProcess>();

	constructor() {
		process.on('exit', () => this.killAll());
	}

	/** Starts a program in the foreground. */
	start(
		command: string,
		args: readonly string[],
		options: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> } = {},
	): Program {
		const child = spawn(command, args, {
			cwd: options.cwd,
			env: { ...process.env, ...options.env },
			detached: true,
			stdio: ['pipe', 'pipe', 'pipe'],
		});
		this.running.add(child);
		let log = '';
		let ended = false;
		child.stderr.setEncoding('utf8').on('data', (text: string) => {
			log = (log + text).slice(-LOG_CHARACTERS);
		});
		child.stdout.resume();
		child.stdin.on('error', () => undefined);
		const end = new Promise<void>((resolve) => {
			const finish = (): void => {
				ended = true;
				this.kill(child);
				this.running.delete(child);
				resolve();
			};
			child.once('exit', finish);
			child.once('error', (error) => {
				log += error.message;
				finish();
			});
		});
		return {
			pid: child.pid ?? 0,
			stdout: child.stdout,
			stdin: child.stdin,
			get log() {
				return log;
			},
			get ended() {
				return ended;
			},
			end,
			signal: (name) => {
				child.kill(name);
			},
			stop: async () => {
				child.kill('SIGTERM');
				const late = setTimeout(() => this.kill(child), STOP_TIMEOUT_MS);
				await end;
				clearTimeout(late);
			},
		};
	}

	/** Runs a program to its end; returns all it wrote. Rejects when it fails and `mayFail` is not set. */
	run(command: string, args: readonly string[], mayFail = false): Promise<string> {
		return new Promise((resolve, reject) => {
			const child = execFile(command, args, { timeout: 60_000 }, (error, stdout, stderr) => {
				this.shortLived.delete(child);
				if (error !== null && !mayFail)
					reject(new Error(`${command} failed: ${stderr.slice(-LOG_CHARACTERS) || error.message}`));
				else resolve(stdout + stderr);
			});
			this.shortLived.add(child);
		});
	}

	/** Fulfils when something accepts connections at this port; rejects with the program's log when it ends instead. */
	async listening(program: Program, port: number): Promise<void> {
		const until = Date.now() + START_TIMEOUT_MS;
		while (Date.now() < until) {
			if (program.ended) throw new Error(`it did not start: ${lastLine(program.log)}`);
			if (await accepts(port)) return;
			await pause(25);
		}
		throw new Error(`it did not listen within ${START_TIMEOUT_MS} ms: ${lastLine(program.log)}`);
	}

	/** Ends everything at once; for the end of this process. */
	killAll(): void {
		for (const child of this.running) this.kill(child);
		for (const child of this.shortLived) child.kill('SIGKILL');
	}

	private kill(child: Child): void {
		if (child.pid === undefined) return;
		try {
			process.kill(-child.pid, 'SIGKILL');
		} catch {
			// The group has ended already.
		}
	}
}

function accepts(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection({ host: '127.0.0.1', port });
		socket.once('connect', () => {
			socket.destroy();
			resolve(true);
		});
		socket.once('error', () => resolve(false));
	});
}

/** Where programs say why they gave up. */
function lastLine(log: string): string {
	return log.trim().split('\n').pop() ?? '';
}
