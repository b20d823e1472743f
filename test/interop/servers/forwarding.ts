/** What adapters of programs share. */
import type { Processes, Program } from '../processes';
import type { RunningServer } from '../server';

export const runsAsRoot = process.getuid?.() === 0;

/** The first version number in what a program prints. */
export async function printedVersion(processes: Processes, command: string, args: readonly string[]): Promise<string> {
	const output = await processes.run(command, args, true);
	const version = /\d+\.\d+(\.\d+)*/.exec(output)?.[0];
	if (version === undefined) throw new Error(`${command} is not installed: run test/interop/install.sh`);
	return version;
}

/** A program whose graceful stop is a signal; fulfils once it has ended. */
export function programServer(program: Program, gracefulSignal?: NodeJS.Signals): RunningServer {
	return {
		...(gracefulSignal === undefined
			? {}
			: {
					async stopGracefully() {
						program.signal(gracefulSignal);
						await program.end;
					},
				}),
		stop: () => program.stop(),
	};
}
