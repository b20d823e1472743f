/** Says on the terminal what is going on, with the time it has taken while it takes long. */

export interface Progress {
	/** Runs a step: prints its name, the time while it runs, and the time it took. */
	step<Result>(name: string, run: () => Promise<Result>): Promise<Result>;
	say(text?: string): void;
}

/** A terminal's line is written anew each second; anywhere else one line each half minute shows that it lives. */
const tickMs = { terminal: 1000, elsewhere: 30_000 } as const;

function spent(ms: number): string {
	const seconds = Math.round(ms / 1000);
	return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

export function createProgress(output: NodeJS.WriteStream = process.stdout): Progress {
	const say = (text = '') => void output.write(`${text}\n`);
	return {
		say,
		async step(name, run) {
			const begun = Date.now();
			const since = () => spent(Date.now() - begun);
			const line = (mark: string) => `  ${mark} ${name}`;
			if (output.isTTY) output.write(line('…'));
			const tick = () =>
				void output.write(output.isTTY ? `\r${line('…')} (${since()})` : `${line('…')} (${since()})\n`);
			const timer = setInterval(tick, output.isTTY ? tickMs.terminal : tickMs.elsewhere);
			const end = (mark: string) => {
				clearInterval(timer);
				const blank = output.isTTY ? '\r\u001b[2K' : '';
				say(`${blank}${line(mark)} (${since()})`);
			};
			try {
				const result = await run();
				end('✓');
				return result;
			} catch (error) {
				end('✗');
				throw error;
			}
		},
	};
}
