/** Runs groups of checks one after the other, prints each with its time, and counts. */

export interface Reporter {
	/** One behaviour. A failure is printed and counted; the group goes on. */
	check(name: string, run: () => Promise<void>): Promise<void>;
	/** A figure or a fact worth reading, without a verdict. */
	note(text: string): void;
}

export interface Group {
	/** To choose it by. */
	readonly name: string;
	/** What it shows, as a heading. */
	readonly title: string;
	run(reporter: Reporter): Promise<void>;
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function messageOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** Runs the groups; prints "N passed, N failed" at the end and returns the number of failures. A group that cannot be set up is one failure. */
export async function runGroups(groups: readonly Group[], now: () => number = Date.now): Promise<number> {
	let passed = 0;
	let failed = 0;
	const seconds = (since: number): string => `${((now() - since) / 1000).toFixed(1)} s`;
	for (const group of groups) {
		print(`\n${group.title}`);
		const attempt = async (name: string, run: () => Promise<void>): Promise<boolean> => {
			const begun = now();
			try {
				await run();
				return true;
			} catch (error) {
				failed += 1;
				print(`  FAILED  ${name} (${seconds(begun)})`);
				print(messageOf(error).replace(/^/gm, '          '));
				return false;
			}
		};
		await attempt('the group as a whole', async () => {
			await group.run({
				async check(name, run) {
					const begun = now();
					if (!(await attempt(name, run))) return;
					passed += 1;
					print(`  passed  ${name} (${seconds(begun)})`);
				},
				note: (text) => print(`          ${text}`),
			});
		});
	}
	print(`\n${passed} passed, ${failed} failed`);
	return failed;
}
