/** The page: draws each picture of the simulator and sends what its user does. */
import type { NotificationView, PageAction, PageState, PhoneView } from '../state';
import { byId, createList, h, setText } from './dom';
import { createExchangeDialog } from './exchangeDialog';
import { createLog } from './log';
import { spoken } from './notifications';
import { createPanel } from './panel';
import { createPhoneView } from './phoneView';
import * as server from './server';
import { createSettings } from './settings';

const banner = byId('connection-lost', HTMLElement);
const bannerText = banner.textContent;

function warn(text: string | undefined): void {
	banner.hidden = text === undefined;
	if (text !== undefined) setText(banner, text);
}

function act(action: PageAction): void {
	void server.act(action).then(warn);
}

/** Light or dark by the system, unless the user chose one; remembered in this browser. */
function followTheme(): void {
	const select = byId('theme', HTMLSelectElement);
	const apply = () => {
		document.documentElement.dataset.theme = select.value;
	};
	select.value = localStorage.getItem('theme') ?? 'auto';
	select.addEventListener('change', () => {
		localStorage.setItem('theme', select.value);
		apply();
	});
	apply();
}

/** Tells screen readers what arrived since the last picture; the first picture is silent. */
function createAnnouncer(): (phones: readonly PhoneView[]) => void {
	const parent = byId('announcer', HTMLElement);
	let seen: Set<number> | undefined;
	const say = (text: string) => {
		parent.append(h('p', {}, text));
		while (parent.childElementCount > 20) parent.firstElementChild?.remove();
	};
	return (phones) => {
		const ids = phones.flatMap(({ notifications, call }) => [
			...notifications.map(({ id }) => id),
			...(call === undefined ? [] : [-call.exchange]),
		]);
		const before = seen;
		seen = new Set(ids);
		if (before === undefined) return;
		for (const { name, notifications, call } of phones) {
			const fresh = (one: NotificationView) => !before.has(one.id) && !one.quiet;
			for (const notification of notifications.filter(fresh).reverse()) say(`${name}: ${spoken(notification)}`);
			if (call !== undefined && !before.has(-call.exchange)) say(`${name}: incoming call from ${call.caller}`);
		}
	};
}

function createCounters(): (state: PageState) => void {
	const parent = byId('counters', HTMLElement);
	const values = ['Requests', 'Accepted', 'Connections'].map((name) => {
		const value = h('dd', {}, '0');
		parent.append(h('div', {}, h('dt', {}, name), value));
		return value;
	});
	return ({ requests, accepted, panel }) => {
		[requests, accepted, panel.connections.length].forEach((number, at) => {
			const element = values[at];
			if (element !== undefined) setText(element, number.toLocaleString());
		});
	};
}

function main(): void {
	followTheme();
	const openExchange = createExchangeDialog();
	const settings = createSettings(act);
	const drawLog = createLog(openExchange);
	const drawPanel = createPanel(act);
	const announce = createAnnouncer();
	const drawCounters = createCounters();
	const stored = byId('stored-pushes', HTMLSelectElement);
	stored.addEventListener('change', () =>
		act({ type: 'storedPushes', keep: stored.value === 'several' ? 'several' : 'one' }),
	);
	const ticks = new Map<string, (nowMs: number) => void>();
	const drawPhones = createList<PhoneView>(
		byId('phones', HTMLElement),
		({ id }) => id,
		(phone) => {
			const view = createPhoneView(phone, { act, open: openExchange, settings: settings.open });
			ticks.set(phone.id, view.tick);
			view.update(phone);
			return view;
		},
	);
	for (const dialog of document.querySelectorAll('dialog'))
		dialog.addEventListener('click', (event) => {
			if (event.target === dialog) dialog.close();
		});
	// Clocks, outdated activities and the island change without any push.
	setInterval(() => ticks.forEach((tick) => tick(Date.now())), 1000);
	server.listen(
		(state) => {
			warn(undefined);
			setText(
				byId('subtitle', HTMLElement),
				`${state.environment === 'production' ? 'Production' : 'Development'} · ${state.bundleId} · ${state.pushAddress}`,
			);
			stored.value = state.storedPushes;
			drawPhones(state.phones);
			drawLog(state.exchanges);
			drawPanel(state);
			drawCounters(state);
			settings.draw(state);
			announce(state.phones);
		},
		() => warn(bannerText),
	);
}

main();
