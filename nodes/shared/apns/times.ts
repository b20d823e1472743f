/** Times as people and expressions give them, as the UNIX seconds Apple wants. */
import { FieldProblem } from './problems';

/** 1e11 seconds is the year 5138; as milliseconds it is 1973: such a number means milliseconds. */
const MILLISECONDS_FROM = 1e11;

function millisOf(value: object): number | undefined {
	if (value instanceof Date) return value.getTime();
	const toMillis: unknown = Reflect.get(value, 'toMillis');
	const millis: unknown = typeof toMillis === 'function' ? Reflect.apply(toMillis, value, []) : undefined;
	return typeof millis === 'number' ? millis : undefined;
}

/** UNIX seconds from a number (seconds, or milliseconds when that large), ISO text, digits, a Date or a DateTime; throws `FieldProblem`. */
export function toUnixSeconds(field: string, value: unknown): number {
	const remedy = 'Give a date and time (ISO 8601), UNIX seconds, or 0.';
	if (typeof value === 'number' && Number.isFinite(value)) return Math.floor(value >= MILLISECONDS_FROM ? value / 1_000 : value);
	if (typeof value === 'string' && value.trim() !== '') {
		const text = value.trim();
		if (/^\d+(\.\d+)?$/.test(text)) return toUnixSeconds(field, Number(text));
		const millis = Date.parse(text);
		if (!Number.isNaN(millis)) return Math.floor(millis / 1_000);
		throw new FieldProblem(field, `"${text.slice(0, 40)}" is not a time`, remedy);
	}
	if (typeof value === 'object' && value !== null) {
		const millis = millisOf(value);
		if (millis !== undefined && !Number.isNaN(millis)) return Math.floor(millis / 1_000);
	}
	throw new FieldProblem(field, 'is not a time', remedy);
}
