/** One phone or watch on the page: lock screen, Dynamic Island, app icon with badge, an incoming call, and its switches. */
import type { PageAction, PhoneView, QuietLine } from '../state';
import { createActivityCards, drawIsland } from './activities';
import { clockText, createList, h, setText } from './dom';
import { appIcon, createNotifications } from './notifications';

export interface PhoneActions {
	readonly act: (action: PageAction) => void;
	readonly open: (exchange: number) => void;
	readonly settings: (phone: string) => void;
}

function switchButton(
	label: string,
	onchange: (on: boolean) => void,
): { element: HTMLElement; set(on: boolean): void } {
	const input = h('input', { type: 'checkbox', role: 'switch' });
	input.addEventListener('change', () => onchange(input.checked));
	return {
		element: h('label', { class: 'switch' }, input, h('span', {}, label)),
		set(on) {
			input.checked = on;
		},
	};
}

function createCall(phone: string, actions: PhoneActions) {
	const caller = h('strong', {});
	const details = h('span', { class: 'call-details' });
	const end = (accepted: boolean) => () => actions.act({ type: 'endCall', phone, accepted });
	const element = h(
		'div',
		{ class: 'call', role: 'alertdialog', 'aria-label': 'Incoming call', hidden: true },
		h('div', { class: 'call-who' }, appIcon(), h('span', {}, h('small', {}, 'Incoming call'), caller, details)),
		h(
			'div',
			{ class: 'call-buttons' },
			h('button', { type: 'button', class: 'decline', onclick: end(false) }, 'Decline'),
			h('button', { type: 'button', class: 'accept', onclick: end(true) }, 'Accept'),
		),
	);
	return {
		element,
		draw({ call }: PhoneView) {
			element.hidden = call === undefined;
			setText(caller, call?.caller ?? '');
			setText(details, call?.details.map(([name, value]) => `${name}: ${value}`).join(' · ') ?? '');
		},
	};
}

function createQuiet(parent: HTMLElement, open: (exchange: number) => void): (lines: readonly QuietLine[]) => void {
	return createList<QuietLine>(
		parent,
		({ id }) => String(id),
		({ text, atMs, exchange }) => ({
			element: h(
				'li',
				{},
				h(
					'button',
					{
						type: 'button',
						disabled: exchange === undefined,
						onclick: () => exchange !== undefined && open(exchange),
					},
					`${text} · ${clockText(atMs)}`,
				),
			),
		}),
	);
}

function statusText({ online, installed, stored, focus }: PhoneView): string {
	if (!installed) return 'App not installed: pushes get 410';
	if (!online) return stored === 0 ? 'Offline' : `Offline, ${stored} ${stored === 1 ? 'push waits' : 'pushes wait'}`;
	return focus ? 'Focus is on' : 'Online';
}

function dateText(nowMs: number): string {
	return new Date(nowMs).toLocaleDateString([], { weekday: 'long', day: 'numeric', month: 'long' });
}

/** A phone's element, and what draws a picture of it. */
export function createPhoneView(
	first: PhoneView,
	actions: PhoneActions,
): { element: HTMLElement; update(phone: PhoneView): void; tick(nowMs: number): void } {
	const { id, kind, name } = first;
	const island = h('div', { class: 'island', role: 'img' });
	const time = h('div', { class: 'time' });
	const date = h('div', { class: 'date' });
	const activities = h('div', { class: 'activities' });
	const notifications = h('div', { class: 'notifications', role: 'list', 'aria-label': `Notifications on ${name}` });
	const empty = h('p', { class: 'empty' }, 'No notifications');
	const quiet = h('ul', { class: 'quiet', 'aria-label': 'In the background' });
	const badge = h('span', { class: 'badge' });
	const icon = h('div', { class: 'home-icon' }, appIcon(), badge);
	const call = createCall(id, actions);
	const offline = h('span', { class: 'no-signal', 'aria-hidden': 'true' }, '✈︎');
	const status = h('p', { class: 'phone-status', role: 'status' });
	const act = actions.act;
	const online = switchButton('Online', (on) => act({ type: 'online', phone: id, on }));
	const installed = switchButton('App installed', (on) => act({ type: 'installed', phone: id, on }));
	const registration = h('p', { class: 'registration' });
	const screen = h(
		'div',
		{ class: 'screen', tabindex: 0, role: 'region', 'aria-label': `Lock screen of ${name}` },
		h('div', { class: 'wallpaper', 'aria-hidden': 'true' }),
		kind === 'iphone' && island,
		h('div', { class: 'status-bar', 'aria-hidden': 'true' }, offline),
		h('div', { class: 'clock' }, date, time),
		activities,
		notifications,
		empty,
		quiet,
		call.element,
	);
	const element = h(
		'article',
		{ class: `phone ${kind}`, role: 'listitem', 'data-phone': id, 'aria-label': name },
		h('div', { class: 'device' }, screen),
		h(
			'div',
			{ class: 'caption' },
			icon,
			h('div', {}, h('h3', {}, name, h('span', { class: 'language' }, first.language)), status),
		),
		h('div', { class: 'phone-switches' }, online.element, installed.element),
		h(
			'div',
			{ class: 'phone-buttons' },
			h('button', { type: 'button', onclick: () => act({ type: 'clear', phone: id }) }, 'Clear'),
			h('button', { type: 'button', onclick: () => actions.settings(id) }, 'Tokens and more'),
		),
		registration,
	);
	const drawActivities = createActivityCards(activities, actions.open);
	const drawNotifications = createNotifications(notifications, actions);
	const drawQuiet = createQuiet(quiet, actions.open);
	let current = first;

	function tick(nowMs: number): void {
		setText(time, clockText(nowMs));
		setText(date, dateText(nowMs));
		drawActivities(current.activities, nowMs);
		drawIsland(island, current.activities, nowMs);
	}

	return {
		element,
		update(phone) {
			const nowMs = Date.now();
			current = phone;
			element.classList.toggle('offline', !phone.online);
			element.classList.toggle('uninstalled', !phone.installed);
			drawNotifications(phone.notifications, nowMs);
			drawQuiet(phone.quiet);
			empty.hidden = phone.notifications.length + phone.activities.length > 0;
			call.draw(phone);
			setText(badge, phone.badge > 999 ? '999+' : String(phone.badge));
			badge.hidden = phone.badge === 0;
			icon.setAttribute('aria-label', phone.badge === 0 ? 'App icon' : `App icon with badge ${phone.badge}`);
			icon.setAttribute('role', 'img');
			setText(status, statusText(phone));
			online.set(phone.online);
			installed.set(phone.installed);
			registration.hidden = phone.registration === undefined;
			setText(registration, phone.registration ?? '');
			tick(nowMs);
		},
		tick,
	};
}
