/** Counts what arrived at the far side: which device tokens, how often, how many at the same time. */

export class Journal {
	/** Requests in work at the same time, at most. */
	mostAtOnce = 0;
	private readonly times = new Map<string, number>();
	private atOnce = 0;
	private waiting: Array<{ readonly count: number; readonly resolve: () => void }> = [];

	/** Different device tokens seen. */
	get devices(): number {
		return this.times.size;
	}

	/** Device tokens that arrived more than once. */
	get repeated(): string[] {
		return [...this.times].filter(([, times]) => times > 1).map(([token]) => token);
	}

	/** A request came in whole. */
	note(deviceToken: string): void {
		this.times.set(deviceToken, (this.times.get(deviceToken) ?? 0) + 1);
		this.waiting = this.waiting.filter(({ count, resolve }) => {
			if (this.times.size < count) return true;
			resolve();
			return false;
		});
	}

	/** A request began; call the result when it is answered. */
	begin(): () => void {
		this.atOnce += 1;
		this.mostAtOnce = Math.max(this.mostAtOnce, this.atOnce);
		return () => {
			this.atOnce -= 1;
		};
	}

	/** Fulfils once `count` different device tokens were seen: programs report theirs a moment later. */
	reached(count: number): Promise<void> {
		if (this.times.size >= count) return Promise.resolve();
		return new Promise((resolve) => this.waiting.push({ count, resolve }));
	}

	/** Notes the lines `REQUEST <token>` that a program prints. */
	readLines(output: NodeJS.ReadableStream): void {
		let rest = '';
		output.setEncoding('latin1');
		output.on('data', (chunk: string) => {
			const lines = (rest + chunk).split('\n');
			rest = lines.pop() ?? '';
			for (const line of lines) if (line.startsWith('REQUEST ')) this.note(line.slice('REQUEST '.length).trim());
		});
	}
}
