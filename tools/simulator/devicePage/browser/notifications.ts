/** Notifications on a lock screen: cards, and threads as stacks that open at a click. */
import type { NotificationView } from '../state';
import { ago, createList, h } from './dom';

export interface NotificationActions {
	readonly open: (exchange: number) => void;
}

const levelTexts = { passive: '', active: '', 'time-sensitive': 'Time Sensitive', critical: 'Critical' } as const;

/** The icon every notification of the app carries. */
export function appIcon(): HTMLElement {
	return h('img', { src: '/icon.svg', alt: '', class: 'app-icon' });
}

/** One sentence of what it says, for screen readers. */
export function spoken(notification: NotificationView): string {
	const { title, subtitle, body, level, sound } = notification;
	const parts = [levelTexts[level], title, subtitle, body, sound === undefined ? undefined : `Sound: ${sound}`];
	return parts.filter((part) => part !== undefined && part !== '').join('. ');
}

function facts(notification: NotificationView): string[] {
	const { sound, critical, quiet, replaced, stored, category, missingKeys } = notification;
	return [
		sound === undefined ? (quiet ? 'Silent' : '') : `${critical ? '🔊' : '🔔'} ${sound}`,
		stored ? 'Delivered late' : '',
		replaced > 0 ? `Replaced ${replaced}` : '',
		category === undefined ? '' : `Category ${category}`,
		missingKeys.length > 0 ? `No text for ${missingKeys.join(', ')}` : '',
	].filter((fact) => fact !== '');
}

function card(notification: NotificationView, nowMs: number, actions: NotificationActions): HTMLElement {
	const { title, subtitle, body, level, atMs, exchange } = notification;
	const chips = facts(notification);
	return h(
		'button',
		{
			type: 'button',
			class: `notification level-${level}${notification.quiet ? ' quiet' : ''}`,
			'aria-label': `${spoken(notification)}. Show the exchange`,
			onclick: () => actions.open(exchange),
		},
		appIcon(),
		h(
			'span',
			{ class: 'text' },
			levelTexts[level] !== '' && h('span', { class: 'level' }, levelTexts[level]),
			h(
				'span',
				{ class: 'line' },
				title !== undefined && h('strong', {}, title),
				h('time', { 'data-at': atMs }, ago(atMs, nowMs)),
			),
			subtitle !== undefined && h('span', { class: 'subtitle' }, subtitle),
			body !== undefined && h('span', { class: 'body' }, body),
			chips.length > 0 && h('span', { class: 'chips' }, ...chips.map((chip) => h('span', {}, chip))),
		),
	);
}

interface Stack {
	readonly key: string;
	readonly notifications: readonly NotificationView[];
}

/** Threads in the order of their newest notification; passive ones go below all others, as on iOS. */
function stacksOf(notifications: readonly NotificationView[]): Stack[] {
	const stacks = new Map<string, NotificationView[]>();
	for (const notification of notifications) {
		const key = notification.threadId === undefined ? `single ${notification.id}` : `thread ${notification.threadId}`;
		stacks.set(key, [...(stacks.get(key) ?? []), notification]);
	}
	const all = [...stacks].map(([key, members]) => ({ key, notifications: members }));
	const passive = ({ notifications: [first] }: Stack) => first?.level === 'passive';
	return [...all.filter((stack) => !passive(stack)), ...all.filter(passive)];
}

/** Draws the notifications of one phone into `parent`. */
export function createNotifications(
	parent: HTMLElement,
	actions: NotificationActions,
): (notifications: readonly NotificationView[], nowMs: number) => void {
	let now = 0;
	const opened = new Set<string>();

	function stackElement(first: Stack): { element: HTMLElement; update: (stack: Stack) => void } {
		const cards = h('div', { class: 'cards' });
		const toggle = h('button', { type: 'button', class: 'toggle' });
		const element = h('div', { class: 'stack', role: 'listitem' }, cards, toggle);
		const drawCards = createList<NotificationView>(
			cards,
			({ id }) => String(id),
			(notification) => ({ element: card(notification, now, actions) }),
		);
		let current = first;
		const draw = () => {
			const open = opened.has(current.key);
			const more = current.notifications.length - 1;
			drawCards(open ? current.notifications : current.notifications.slice(0, 1));
			element.classList.toggle('piled', more > 0 && !open);
			toggle.hidden = more === 0;
			toggle.setAttribute('aria-expanded', String(open));
			toggle.textContent = open ? 'Show less' : `${more} more in this thread`;
		};
		toggle.addEventListener('click', () => {
			if (!opened.delete(current.key)) opened.add(current.key);
			draw();
		});
		draw();
		return {
			element,
			update(stack) {
				current = stack;
				draw();
			},
		};
	}

	const drawStacks = createList<Stack>(parent, ({ key }) => key, stackElement);
	return (notifications, nowMs) => {
		now = nowMs;
		drawStacks(stacksOf(notifications));
	};
}
