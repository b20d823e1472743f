/** The dialog of one phone: its tokens to copy, focus, channels, a Live Activity started by the app. */
import type { PageAction, PageState, PhoneView } from '../state';
import { byId, h } from './dom';

export interface SettingsDialog {
	open(phone: string): void;
	draw(state: PageState): void;
}

function copyButton(text: string, what: string): HTMLElement {
	const button = h('button', { type: 'button', 'aria-label': `Copy ${what}` }, 'Copy');
	button.addEventListener('click', () => {
		navigator.clipboard.writeText(text).then(
			() => (button.textContent = 'Copied'),
			() => (button.textContent = 'Select it'),
		);
	});
	return button;
}

function tokens(phone: PhoneView): HTMLElement {
	return h(
		'dl',
		{ class: 'token-list' },
		...phone.tokens.map(({ label, token, topic }) =>
			h(
				'div',
				{},
				h('dt', {}, label, h('small', {}, topic)),
				h('dd', {}, h('code', { class: 'token', tabindex: 0 }, token), copyButton(token, `the ${label} token`)),
			),
		),
	);
}

function check(label: string, checked: boolean, onchange: (on: boolean) => void): HTMLElement {
	const input = h('input', { type: 'checkbox', role: 'switch', checked });
	input.addEventListener('change', () => onchange(input.checked));
	return h('label', { class: 'switch' }, input, h('span', {}, label));
}

function channels(phone: PhoneView, state: PageState, act: (action: PageAction) => void): HTMLElement {
	if (state.channels.length === 0) return h('p', { class: 'hint' }, 'The app has no broadcast channels yet.');
	return h(
		'div',
		{ class: 'checks' },
		...state.channels.map(({ id }) =>
			check(id, phone.channels.includes(id), (on) => act({ type: 'subscribe', phone: phone.id, channelId: id, on })),
		),
	);
}

export function createSettings(act: (action: PageAction) => void): SettingsDialog {
	const dialog = byId('settings', HTMLDialogElement);
	let shown: string | undefined;
	let drawn = '';
	let last: PageState | undefined;

	function draw(state: PageState): void {
		last = state;
		const phone = state.phones.find(({ id }) => id === shown);
		if (phone === undefined || !dialog.open) return;
		const { tokens: list, focus, channels: followed, followsNewChannels, registration } = phone;
		const text = JSON.stringify([list, focus, followed, followsNewChannels, registration, state.channels]);
		if (text === drawn) return;
		drawn = text;
		const focused = dialog.contains(document.activeElement) ? document.activeElement : null;
		const place = focused === null ? -1 : [...dialog.querySelectorAll('button, input, code')].indexOf(focused);
		dialog.replaceChildren(
			h(
				'header',
				{},
				h('h2', { id: 'settings-title' }, phone.name),
				h('button', { type: 'button', class: 'close', 'aria-label': 'Close', onclick: () => dialog.close() }, '✕'),
			),
			h('div', { class: 'dialog-body' }, ...sections(phone, state)),
		);
		const again = [...dialog.querySelectorAll('button, input, code')][place];
		if (again instanceof HTMLElement) again.focus();
	}

	function sections(phone: PhoneView, state: PageState): HTMLElement[] {
		const { id } = phone;
		const iphone = phone.kind === 'iphone';
		const parts = [
			h('h3', {}, 'Device tokens'),
			tokens(phone),
			h('h3', {}, 'Behaviour'),
			h(
				'div',
				{ class: 'checks' },
				check('Focus: only time-sensitive and critical alerts make a sound', phone.focus, (on) =>
					act({ type: 'focus', phone: id, on }),
				),
				iphone &&
					check('Follow new broadcast channels', phone.followsNewChannels, (on) =>
						act({ type: 'followNewChannels', phone: id, on }),
					),
			),
		];
		if (iphone)
			parts.push(
				h('h3', {}, 'Channels'),
				channels(phone, state, act),
				h('h3', {}, 'Live Activity'),
				h('p', { class: 'hint' }, 'The app can start one by itself; pushes to its update token then change it.'),
				h('button', { type: 'button', onclick: () => act({ type: 'startActivity', phone: id }) }, 'Start in the app'),
			);
		if (state.registers)
			parts.push(
				h('h3', {}, 'Registration'),
				h('p', { class: 'hint' }, 'The app sends its tokens to the workflow “Device registration”.'),
				h('button', { type: 'button', onclick: () => act({ type: 'register', phone: id }) }, 'Register with n8n'),
				h('p', { role: 'status' }, phone.registration ?? ''),
			);
		return parts;
	}

	return {
		open(phone) {
			shown = phone;
			drawn = '';
			dialog.showModal();
			if (last !== undefined) draw(last);
		},
		draw,
	};
}
