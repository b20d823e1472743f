/** Lines below a node's name on the canvas: the names of what was chosen, not the values behind them. */

/** An n8n expression that gives the name of a parameter's value, or the value itself where it has none. */
export function nameOfChoice(parameter: string, names: Readonly<Record<string, string>>): string {
	return `(${JSON.stringify(names)}[$parameter["${parameter}"]] ?? $parameter["${parameter}"])`;
}
