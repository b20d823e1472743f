/** A server program written for these tests: it takes commands on standard input and prints `REQUEST <token>` and `DONE <command>`. */
import { goneBody, gonePrefix, largeBytes, largePrefix } from '../answers';
import type { Program } from '../processes';
import type { RunningServer, ServerSettings } from '../server';

/** The arguments all of them take. */
export function programArguments({
	port,
	files,
	streamLimit,
	headerTableBytes,
	requestsPerConnection,
}: ServerSettings): string[] {
	const values: Readonly<Record<string, string | number | undefined>> = {
		port,
		certificate: files.certificate,
		key: files.key,
		'gone-prefix': gonePrefix,
		'gone-body': goneBody,
		'large-prefix': largePrefix,
		'large-bytes': largeBytes,
		'stream-limit': streamLimit,
		'header-table': headerTableBytes,
		'requests-per-connection': requestsPerConnection,
	};
	return Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, String(value)]));
}

/** Sends a command and waits until it is done; a program that ends first is done as well. */
export async function command(program: Program, text: string): Promise<void> {
	const [name = ''] = text.split(' ');
	let seen = '';
	const done = new Promise<void>((resolve) => {
		const look = (chunk: string): void => {
			seen += chunk;
			if (!seen.includes(`DONE ${name}\n`)) return;
			program.stdout.off('data', look);
			resolve();
		};
		program.stdout.on('data', look);
	});
	program.stdin.write(`${text}\n`);
	await Promise.race([done, program.end]);
}

/** Waits until it listens, and reads its journal. */
export async function startedProgram(
	program: Program,
	{ port, journal, processes }: ServerSettings,
	live: boolean,
): Promise<RunningServer> {
	journal.readLines(program.stdout);
	await processes.listening(program, port);
	return {
		stopGracefully: () => command(program, 'stop'),
		...(live
			? {
					raiseStreamLimit: (limit: number) => command(program, `streams ${limit}`),
					resizeHeaderTable: (bytes: number) => command(program, `table ${bytes}`),
				}
			: {}),
		stop: () => program.stop(),
	};
}
