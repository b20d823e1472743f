/** Programs that run beside the tests: each in a process group of its own with its output in a file, and none outlives this process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;

export interface ProgramOptions {
	/** File for both of its outputs; created, or written on. */
	readonly log: string;
	/** Its whole environment. */
	readonly env: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Run it as this user; needs root. */
	readonly uid?: number;
	readonly gid?: number;
}

export interface Program {
	readonly name: string;
	readonly pid: number;
	/** True once it has ended. */
	readonly ended: boolean;
	/** Fulfils with its exit code (null: ended by a signal). */
	readonly end: Promise<number | null>;
	/** All it has written so far. */
	output(): string;
	signal(name: NodeJS.Signals): void;
	/** SIGTERM, and SIGKILL for the whole group when it has not ended in time. Returns the exit code. */
	stop(withinMs?: number): Promise<number | null>;
	/** SIGKILL at once, for it and its children. */
	kill(): Promise<void>;
}

/** Keeps track of what was started, so that nothing is left running. */
export class Programs {
	private readonly running = new Set<ChildProcess>();

	/** `onSignal: 'leave'`: the program itself ends what it started when a signal comes. */
	constructor({ onSignal = 'kill' }: { readonly onSignal?: 'kill' | 'leave' } = {}) {
		process.on('exit', () => this.killAll());
		if (onSignal === 'leave') return;
		for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
			process.once(signal, () => {
				this.killAll();
				process.exit(1);
			});
	}

	start(name: string, command: string, args: readonly string[], options: ProgramOptions): Program {
		mkdirSync(path.dirname(options.log), { recursive: true });
		const file = openSync(options.log, 'a');
		const { cwd, env, uid, gid } = options;
		const child = spawn(command, args, { cwd, env, uid, gid, detached: true, stdio: ['ignore', file, file] });
		closeSync(file);
		this.running.add(child);
		let ended = false;
		const end = new Promise<number | null>((resolve) => {
			const finish = (code: number | null): void => {
				ended = true;
				this.running.delete(child);
				killGroup(child);
				resolve(code);
			};
			child.once('exit', finish);
			child.once('error', () => finish(127));
		});
		return {
			name,
			pid: child.pid ?? 0,
			get ended() {
				return ended;
			},
			end,
			output: () => readFileSync(options.log, 'utf8'),
			signal: (signal) => void child.kill(signal),
			async stop(withinMs = 60_000) {
				child.kill('SIGTERM');
				const late = setTimeout(() => killGroup(child), withinMs);
				const code = await end;
				clearTimeout(late);
				return code;
			},
			async kill() {
				killGroup(child);
				await end;
			},
		};
	}

	/** Runs a program to its end; rejects with the end of its output when it fails. */
	async run(name: string, command: string, args: readonly string[], options: ProgramOptions): Promise<string> {
		const program = this.start(name, command, args, options);
		const code = await program.end;
		if (code !== 0) throw new Error(`${name} ended with ${code ?? 'a signal'}:\n${tail(program)}`);
		return program.output();
	}

	/** Ends everything at once, for the end of this process. */
	killAll(): void {
		for (const child of this.running) killGroup(child);
		this.running.clear();
	}
}

function killGroup(child: ChildProcess): void {
	if (child.pid === undefined) return;
	try {
		process.kill(-child.pid, 'SIGKILL');
	} catch {
		// The group has ended already.
	}
}

/** The last lines of what a program wrote. */
export function tail(program: Pick<Program, 'output'>, lines = 25): string {
	return program.output().trimEnd().split('\n').slice(-lines).join('\n');
}

/** Waits until `ready` fulfils with true; rejects with the program's last lines when it ends, or is not ready in time. */
export async function untilReady(program: Program, ready: () => Promise<boolean>, withinMs: number): Promise<void> {
	const until = Date.now() + withinMs;
	while (!(await ready().catch(() => false))) {
		if (program.ended) throw new Error(`${program.name} did not start:\n${tail(program)}`);
		if (Date.now() > until)
			throw new Error(`${program.name} was not ready within ${withinMs / 1000} s:\n${tail(program)}`);
		await pause(POLL_MS);
	}
}
