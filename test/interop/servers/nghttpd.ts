/** nghttpd, the server of the nghttp2 library: strict about header table sizes; serves files and echoes uploads. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { largeAnswerToken, largeBytes, largePrefix } from '../answers';
import type { ServerAdapter } from '../server';
import { printedVersion, programServer } from './forwarding';

/** Files for the pushes of the exchanges with large answers: their answers have to come from files. */
const FILES = 500;

function writeFiles(directory: string): void {
	const devices = join(directory, '3', 'device');
	mkdirSync(devices, { recursive: true });
	for (let n = 0; n <= FILES; n++) writeFileSync(join(devices, n.toString(16).padStart(64, '0')), '');
	for (let n = 10; n < 20; n++)
		writeFileSync(join(devices, largePrefix.padEnd(62, '0') + n), Buffer.alloc(largeBytes, 'x'));
	writeFileSync(join(devices, largeAnswerToken), Buffer.alloc(largeBytes, 'x'));
}

export const nghttpd: ServerAdapter = {
	name: 'nghttpd',
	cannot: {
		errorBody: 'its error pages are its own',
		goawayLimit: 'it has no limit of requests per connection',
		goawayGraceful: 'it has no graceful stop',
	},
	streamLimits: [1, 100],
	headerTables: [0, 31, 100, 4_096, 65_536],
	journals: false,
	version: (processes) => printedVersion(processes, 'nghttpd', ['--version']),
	async start({
		port,
		directory,
		files,
		processes,
		streamLimit = 100,
		headerTableBytes = 4_096,
		largeAnswers = false,
	}) {
		if (largeAnswers) writeFiles(directory);
		const args = ['-a', '127.0.0.1', '-d', directory, '-m', String(streamLimit), '-c', String(headerTableBytes)];
		const program = processes.start('nghttpd', [
			...args,
			...(largeAnswers ? [] : ['--echo-upload']),
			String(port),
			files.key,
			files.certificate,
		]);
		await processes.listening(program, port);
		return programServer(program);
	},
};
