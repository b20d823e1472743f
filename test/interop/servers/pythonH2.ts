/** The Python library h2 (hyper-h2) under a small server of this folder: SETTINGS and GOAWAY at any time. */
import { join } from 'node:path';
import type { ServerAdapter } from '../server';
import { programArguments, startedProgram } from './program';

/** Debian's own interpreter: its packages are not seen by others. */
const python = '/usr/bin/python3';

export const pythonH2: ServerAdapter = {
	name: 'Python h2',
	cannot: {},
	streamLimits: [1, 100],
	headerTables: [0, 100, 65_536],
	journals: true,
	version: async (processes) => (await processes.run(python, ['-c', 'import h2; print(h2.__version__)'])).trim(),
	async start(settings) {
		const program = settings.processes.start(python, [
			join(__dirname, '..', 'programs', 'server.py'),
			...programArguments(settings),
		]);
		return await startedProgram(program, settings, true);
	},
};
