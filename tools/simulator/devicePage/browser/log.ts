/** The list of exchanges, newest first; each row opens its exchange. */
import type { ExchangeRow } from '../state';
import { byId, createList, exactTime, h } from './dom';

function outcome({ status, reason, ending }: ExchangeRow): { text: string; good: boolean } {
	if (status === undefined) return { text: ending ?? 'open', good: false };
	return { text: `${status} ${reason ?? ''}`.trim(), good: status < 300 };
}

/** Long tokens as their two ends. */
function shortPath(path: string): string {
	return path.replace(/([0-9a-f]{6})[0-9a-f]{16,}([0-9a-f]{4})/gi, '$1…$2');
}

function row(exchange: ExchangeRow, open: (exchange: number) => void): HTMLElement {
	const { text, good } = outcome(exchange);
	return h(
		'button',
		{ type: 'button', class: 'row', onclick: () => open(exchange.number) },
		h('span', { class: `pill ${good ? 'good' : 'bad'}` }, text),
		h(
			'span',
			{ class: 'row-main' },
			h('b', {}, exchange.pushType ?? exchange.method),
			' ',
			h('span', {}, exchange.target),
		),
		h('code', { class: 'row-path' }, shortPath(exchange.path)),
		h('span', { class: 'row-place' }, `connection ${exchange.connection} · stream ${exchange.stream}`),
		h('time', {}, exactTime(exchange.atMs)),
	);
}

export function createLog(open: (exchange: number) => void): (rows: readonly ExchangeRow[]) => void {
	const parent = byId('rows', HTMLElement);
	const empty = h(
		'p',
		{ class: 'hint empty-log' },
		'Nothing has arrived yet. Send a push with the credential the simulator printed, to a token from “Tokens and more”.',
	);
	const list = h('div', {});
	parent.append(empty, list);
	const draw = createList<ExchangeRow>(
		list,
		({ number }) => String(number),
		(exchange) => ({ element: row(exchange, open) }),
	);
	return (rows) => {
		empty.hidden = rows.length > 0;
		draw(rows.slice(0, 60));
	};
}
