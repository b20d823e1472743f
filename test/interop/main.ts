/** Runs every exchange against every server: `tsx test/interop/main.ts [server …] [--exchange=name]`. Exit code 1 when one fails. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { openBench } from './bench';
import { exchanges } from './exchanges';
import { Processes } from './processes';
import { type ExchangeName, exchangeNames, type ServerAdapter } from './server';
import { adapters } from './servers';
import { type Cell, markdown, type Row } from './table';
import { openWorkshop, type ServerFiles } from './workshop';

const EXCHANGE_TIMEOUT_MS = 120_000;
const outputDirectory = join(__dirname, '..', '..', 'test-output');

function messageOf(error: unknown): string {
	return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}

async function withTimeout<Result>(work: Promise<Result>): Promise<Result> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<never>((_resolve, reject) => {
		timer = setTimeout(() => reject(new Error(`not done after ${EXCHANGE_TIMEOUT_MS / 1_000} s`)), EXCHANGE_TIMEOUT_MS);
	});
	try {
		return await Promise.race([work, late]);
	} finally {
		clearTimeout(timer);
	}
}

async function runOne(
	adapter: ServerAdapter,
	name: ExchangeName,
	processes: Processes,
	files: ServerFiles,
): Promise<Cell> {
	const why = adapter.cannot[name];
	if (why !== undefined) return { result: 'not possible', why };
	const bench = openBench(adapter, processes, files);
	const startedMs = performance.now();
	const elapsed = (): number => Math.round(performance.now() - startedMs);
	try {
		return { result: 'ok', seen: await withTimeout(exchanges[name].run(bench)), ms: elapsed() };
	} catch (error) {
		return { result: 'failed', why: messageOf(error), ms: elapsed() };
	} finally {
		await bench.close();
	}
}

async function runRow(
	adapter: ServerAdapter,
	names: readonly ExchangeName[],
	processes: Processes,
	files: ServerFiles,
): Promise<Row> {
	const cells: Partial<Record<ExchangeName, Cell>> = {};
	let version = 'unknown';
	try {
		version = await adapter.version(processes);
		await adapter.prepare?.(processes, files);
	} catch (error) {
		for (const name of names) cells[name] = { result: 'failed', why: messageOf(error), ms: 0 };
		return { server: adapter.name, version, cells };
	}
	for (const name of names) {
		const cell = await runOne(adapter, name, processes, files);
		cells[name] = cell;
		const detail = cell.result === 'ok' ? cell.seen : cell.why;
		process.stderr.write(
			`${adapter.name}: ${exchanges[name].title}: ${cell.result}: ${detail}${'ms' in cell ? ` [${cell.ms} ms]` : ''}\n`,
		);
	}
	return { server: adapter.name, version, cells };
}

async function main(): Promise<void> {
	const { positionals, values } = parseArgs({
		allowPositionals: true,
		options: { exchange: { type: 'string', multiple: true } },
	});
	const unknown = positionals.filter((name) => !adapters.some((adapter) => adapter.name === name));
	if (unknown.length > 0)
		throw new Error(
			`No such server: ${unknown.join(', ')}. There are: ${adapters.map(({ name }) => name).join(', ')}.`,
		);
	const names = exchangeNames.filter((name) => values.exchange === undefined || values.exchange.includes(name));
	if (names.length === 0) throw new Error(`No such exchange. There are: ${exchangeNames.join(', ')}.`);
	const processes = new Processes();
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
	const files = await openWorkshop(processes);
	const rows: Row[] = [];
	for (const adapter of adapters) {
		if (positionals.length === 0 || positionals.includes(adapter.name))
			rows.push(await runRow(adapter, names, processes, files));
	}
	const table = markdown(rows);
	mkdirSync(outputDirectory, { recursive: true });
	writeFileSync(join(outputDirectory, 'interop.md'), table);
	writeFileSync(
		join(outputDirectory, 'interop.json'),
		`${JSON.stringify({ node: process.version, rows }, undefined, '\t')}\n`,
	);
	console.log(table);
	console.log('Also in test-output/interop.md and test-output/interop.json.');
	const failed = rows.some(({ cells }) => Object.values(cells).some(({ result }) => result === 'failed'));
	process.exit(failed ? 1 : 0);
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exit(1);
});
