/** Java servers embedded in small programs of this folder: compiled once, then started from the compiled classes. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Processes } from '../processes';
import type { RunningServer, ServerSettings } from '../server';
import type { ServerFiles } from '../workshop';
import { programArguments, startedProgram } from './program';

const jars = '/usr/share/java';
const programs = join(__dirname, '..', 'programs');

/** Debian's jars whose names begin so, without the version in the name. */
function classPath(prefixes: readonly string[]): string[] {
	if (!existsSync(jars)) return [];
	return readdirSync(jars)
		.filter(
			(name) =>
				prefixes.some((prefix) => name.startsWith(prefix)) &&
				/^[a-z0-9-]*[a-z][a-z0-9]*\.jar$/.test(name) &&
				!/-\d+\./.test(name),
		)
		.map((name) => join(jars, name));
}

export interface JavaServer {
	readonly program: string;
	readonly jarPrefixes: readonly string[];
}

function classes(files: ServerFiles, server: JavaServer): string {
	return join(files.root, server.program);
}

/** Compiles its program; needs a JDK. */
export async function compile(server: JavaServer, processes: Processes, files: ServerFiles): Promise<void> {
	const path = classPath(server.jarPrefixes);
	if (path.length === 0)
		throw new Error(`the libraries of ${server.program} are not installed: run test/interop/install.sh`);
	const sources = [server.program, 'Answers'].map((name) => join(programs, `${name}.java`));
	await processes.run('javac', ['-nowarn', '-d', classes(files, server), '-cp', path.join(':'), ...sources]);
}

/** Version of a Debian jar, from the link without version to the file with it. */
export function jarVersion(prefix: string): string {
	const pattern = new RegExp(`^${prefix}-(\\d+\\.\\d+\\.\\d+)`);
	const versions = existsSync(jars) ? readdirSync(jars).flatMap((name) => pattern.exec(name)?.[1] ?? []) : [];
	const [version] = versions;
	if (version === undefined) throw new Error(`${prefix} is not installed: run test/interop/install.sh`);
	return version;
}

export async function startJava(server: JavaServer, settings: ServerSettings): Promise<RunningServer> {
	const { files, directory, processes } = settings;
	const path = [classes(files, server), ...classPath(server.jarPrefixes)].join(':');
	const keystore = [
		'--keystore',
		files.keystore,
		'--keystore-password',
		files.keystorePassword,
		'--directory',
		directory,
	];
	const program = processes.start(
		'java',
		['-Xmx256m', '-XX:TieredStopAtLevel=1', '-cp', path, server.program, ...programArguments(settings), ...keystore],
		{ cwd: directory },
	);
	return await startedProgram(program, settings, false);
}
