/** Which expressions had to go through n8n's engine, how often, and how long that took. */
import type { INodeProperties } from 'n8n-workflow';

/** Below this nobody waits for it. */
const WORTH_TELLING_MS = 1_000;

interface Cost {
	calls: number;
	ms: number;
}

/** The name of a parameter as the form shows it; `path` is `title` or `options.badge`. */
function labelOf(path: string, properties: readonly INodeProperties[]): string {
	const [name = '', ...rest] = path.split('.');
	for (const property of properties) {
		if (property.name !== name) continue;
		if (rest.length === 0) return property.displayName;
		const members = (property.options ?? []).filter(
			(option): option is INodeProperties => 'displayName' in option && 'type' in option,
		);
		return members.length === 0 ? property.displayName : labelOf(rest.join('.'), members);
	}
	return path;
}

export class EngineCosts {
	private readonly found = new Map<string, Cost>();

	constructor(
		private readonly properties: readonly INodeProperties[],
		private readonly now: () => number,
	) {}

	/** Counts one evaluation of a parameter, whether it gives a value or throws. */
	measure<T>(name: string, evaluate: () => T): T {
		const startedMs = this.now();
		try {
			return evaluate();
		} finally {
			const cost = this.found.get(name) ?? { calls: 0, ms: 0 };
			cost.calls += 1;
			cost.ms += this.now() - startedMs;
			this.found.set(name, cost);
		}
	}

	/** One sentence for each parameter that took long, the longest first. */
	texts(): string[] {
		return [...this.found]
			.filter(([, { ms }]) => ms >= WORTH_TELLING_MS)
			.sort(([, one], [, other]) => other.ms - one.ms)
			.map(([name, { calls, ms }]) => {
				const times = calls === 1 ? 'once' : `${calls.toLocaleString('en-US')} times`;
				return `The expression in '${labelOf(name, this.properties)}' was evaluated ${times} by n8n, which took ${(ms / 1_000).toFixed(1)} seconds in all. A plain path such as {{ $json.title }} needs no evaluation: compute the value in an earlier node.`;
			});
	}
}
