/** The dialog of one exchange, as it was on the wire: headers as encoded, payload, answer, connection and stream. */
import type { ExchangeDetails } from '../state';
import { byId, exactTime, h } from './dom';
import { fetchExchange } from './server';

function summary(details: ExchangeDetails): HTMLElement {
	const rows: Array<readonly [string, string]> = [
		['For', details.target],
		['Time', exactTime(details.atMs)],
		['Connection', `${details.connection} (${details.tls})`],
		['Stream', String(details.stream)],
		['Credential', details.credential],
	];
	return h(
		'dl',
		{ class: 'summary' },
		...rows.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
	);
}

function headers(details: ExchangeDetails): HTMLElement {
	return h(
		'table',
		{ class: 'headers' },
		h(
			'thead',
			{},
			h('tr', {}, ...['Header', 'Value', 'On the wire', 'Bytes'].map((text) => h('th', { scope: 'col' }, text))),
		),
		h(
			'tbody',
			{},
			...details.headers.map(({ name, value, form, kind, bytes }) =>
				h(
					'tr',
					{},
					h('th', { scope: 'row' }, name),
					h('td', { class: 'value' }, value),
					h('td', {}, h('span', { class: `form ${kind}` }, form)),
					h('td', { class: 'number' }, bytes === undefined ? '' : String(bytes)),
				),
			),
		),
	);
}

/** How much the compression saved, in words. */
function compression({ headerBlockBytes, plainHeaderBytes }: ExchangeDetails): string {
	return `${headerBlockBytes} bytes on the wire instead of ${plainHeaderBytes} as text`;
}

function answer(details: ExchangeDetails): HTMLElement {
	const { status, reason, ending, answerAfterMs } = details;
	if (status === undefined) return h('p', { class: 'answer bad' }, `No answer: ${ending ?? 'still open'}`);
	const after = answerAfterMs === undefined ? '' : ` after ${answerAfterMs} ms`;
	return h(
		'div',
		{},
		h(
			'p',
			{ class: `answer ${status < 300 ? 'good' : 'bad'}` },
			`${status} ${reason ?? ''}`.trim(),
			h('small', {}, after),
		),
		h(
			'dl',
			{ class: 'summary' },
			...details.answerHeaders.map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', {}, value))),
		),
	);
}

/** Opens the dialog for an exchange, by its number. */
export function createExchangeDialog(): (number: number) => void {
	const dialog = byId('exchange', HTMLDialogElement);
	const header = (text: string) =>
		h(
			'header',
			{},
			h('h2', { id: 'exchange-title' }, text),
			h('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => dialog.close() }, '✕'),
		);
	const show = (title: string, ...parts: HTMLElement[]) =>
		dialog.replaceChildren(header(title), h('div', { class: 'dialog-body', tabindex: 0 }, ...parts));
	let asked = 0;
	return (number) => {
		asked = number;
		show(`Exchange ${number}`, h('p', {}, 'Loading…'));
		if (!dialog.open) dialog.showModal();
		fetchExchange(number).then(
			(details) => {
				if (asked !== number) return;
				show(
					`Exchange ${number}`,
					h('p', { class: 'request-line' }, h('b', {}, details.method), ' ', h('code', {}, details.path)),
					summary(details),
					h('h3', {}, 'Headers', h('small', {}, compression(details))),
					headers(details),
					h('h3', {}, 'Payload', h('small', {}, `${details.payloadBytes} bytes`)),
					h('pre', { tabindex: 0 }, details.payload === '' ? '(empty)' : details.payload),
					h('h3', {}, 'Answer'),
					answer(details),
				);
			},
			(error: unknown) => {
				if (asked === number) show(`Exchange ${number}`, h('p', {}, error instanceof Error ? error.message : ''));
			},
		);
	};
}
