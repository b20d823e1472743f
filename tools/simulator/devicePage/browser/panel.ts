/** The panel: faults to choose, switches, and live tables of connections, tokens and channels. */
import type { ChannelView, ConnectionView, FaultChoice, PageAction, PageState, ProviderTokenView } from '../state';
import { ago, byId, createList, h, setText } from './dom';

function createFaults(act: (action: PageAction) => void): (faults: readonly FaultChoice[], chosen: string) => void {
	const parent = byId('faults', HTMLFieldSetElement);
	const inputs = new Map<string, HTMLInputElement>();
	return (faults, chosen) => {
		for (const { id, label, explanation } of faults) {
			if (inputs.has(id)) continue;
			const input = h('input', { type: 'radio', name: 'fault', value: id });
			input.addEventListener('change', () => act({ type: 'fault', fault: id }));
			inputs.set(id, input);
			parent.append(h('label', { class: 'fault', title: explanation }, input, h('span', {}, label)));
		}
		for (const [id, input] of inputs) input.checked = id === chosen;
	};
}

function createSwitch(id: string, onchange: (on: boolean) => void): (on: boolean) => void {
	const input = byId(id, HTMLInputElement);
	input.addEventListener('change', () => onchange(input.checked));
	return (on) => {
		input.checked = on;
	};
}

/** A table that keeps its rows, with a sentence in its place while there are none. */
function createTable<Item>(
	id: string,
	caption: string,
	columns: readonly string[],
	empty: string,
	keyOf: (item: Item) => string,
	cells: (item: Item) => readonly string[],
): (items: readonly Item[]) => void {
	const body = h('tbody', {});
	const hint = h('p', { class: 'hint' }, empty);
	const table = h(
		'table',
		{},
		h('caption', { class: 'visually-hidden' }, caption),
		h('thead', {}, h('tr', {}, ...columns.map((text) => h('th', { scope: 'col' }, text)))),
		body,
	);
	byId(id, HTMLElement).append(hint, h('div', { class: 'scroll' }, table));
	const draw = createList<readonly string[]>(
		body,
		([key]) => key ?? '',
		([, ...texts]) => ({ element: h('tr', {}, ...texts.map((text) => h('td', {}, text))) }),
	);
	return (items) => {
		hint.hidden = items.length > 0;
		table.hidden = items.length === 0;
		draw(items.map((item) => [keyOf(item), ...cells(item)]));
	};
}

const short = (text: string): string => (text.length > 14 ? `${text.slice(0, 12)}…` : text);

export function createPanel(act: (action: PageAction) => void): (state: PageState) => void {
	const drawFaults = createFaults(act);
	const struck = byId('struck', HTMLElement);
	const revoked = createSwitch('revoke-key', (on) => act({ type: 'revokeKey', on }));
	const limitOne = createSwitch('limit-one', (on) => act({ type: 'limitOne', on }));
	const silent = createSwitch('silent', (on) => act({ type: 'silent', on }));
	byId('goaway', HTMLButtonElement).addEventListener('click', () => act({ type: 'goaway', reason: '' }));
	byId('cut', HTMLButtonElement).addEventListener('click', () => act({ type: 'cut' }));
	let now = Date.now();
	const drawConnections = createTable<ConnectionView>(
		'connections',
		'Open connections',
		['No.', 'For', 'Proved by', 'Streams', 'Requests', 'Limits told'],
		'No connection is open.',
		({ id }) => String(id),
		(connection) => [
			String(connection.id),
			connection.role,
			connection.credential,
			`${connection.openStreams} of ${connection.streamLimit}`,
			String(connection.requests),
			connection.limitsSent.slice(-4).join(' → '),
		],
	);
	const drawTokens = createTable<ProviderTokenView>(
		'tokens',
		'Provider tokens seen',
		['Token', 'Key', 'Signed', 'Connections'],
		'No provider token has been accepted yet.',
		({ digest }) => digest,
		({ digest, keyId, revoked: gone, issuedAtMs, connections }) => [
			short(digest),
			gone ? `${keyId} (revoked)` : keyId,
			ago(issuedAtMs, now),
			connections.length === 0 ? 'none' : connections.join(', '),
		],
	);
	const drawChannels = createTable<ChannelView>(
		'channels',
		'Broadcast channels',
		['Channel', 'Stores', 'Followers'],
		'The app has no broadcast channels.',
		({ id }) => id,
		({ id, storesMessages, subscribers }) => [
			short(id),
			storesMessages ? 'newest message' : 'nothing',
			String(subscribers),
		],
	);
	return ({ panel, channels, nowMs }) => {
		now = nowMs;
		drawFaults(panel.faults, panel.fault);
		setText(
			struck,
			panel.fault === 'none' ? '' : `${panel.struck} ${panel.struck === 1 ? 'request' : 'requests'} so far`,
		);
		revoked(panel.keyRevoked);
		limitOne(panel.limitOne);
		silent(panel.silent);
		drawConnections(panel.connections);
		drawTokens(panel.tokens);
		drawChannels(channels.slice(0, 20));
	};
}
