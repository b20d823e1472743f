/** Live Activities: a card on the lock screen, and the Dynamic Island. */
import type { ActivityView } from '../state';
import { createList, h } from './dom';

type Pair = readonly [name: string, value: string];

const label = (name: string): string => name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_-]/g, ' ');

/** Two sides with a number each, as a match has: names from the attributes where they are called alike. */
export function score({ content, attributes }: ActivityView): { left: Pair; right: Pair; rest: Pair[] } | undefined {
	const numbers = content.filter(([, value]) => /^\d{1,3}$/.test(value));
	const pairs: ReadonlyArray<readonly [string, string]> = [
		['home', 'away'],
		['homeScore', 'awayScore'],
	];
	for (const [leftName, rightName] of pairs) {
		const left = numbers.find(([name]) => name === leftName);
		const right = numbers.find(([name]) => name === rightName);
		if (left === undefined || right === undefined) continue;
		const side = (key: string) =>
			attributes.find(([name]) => name === key || name === `${key}Team`)?.[1] ??
			label(key).replace(/^./, (c) => c.toUpperCase());
		return {
			left: [side('home'), left[1]],
			right: [side('away'), right[1]],
			rest: content.filter((pair) => pair !== left && pair !== right),
		};
	}
	return undefined;
}

function facts(pairs: readonly Pair[]): HTMLElement {
	return h(
		'dl',
		{ class: 'facts' },
		...pairs.slice(0, 4).map(([name, value]) => h('div', {}, h('dt', {}, label(name)), h('dd', {}, value))),
	);
}

function title({ name, attributes }: ActivityView): string {
	const named = attributes.find(([key]) => ['title', 'name', 'match', 'order'].includes(key));
	return named?.[1] ?? label(name.replace(/Attributes$/, ''));
}

function status(activity: ActivityView, nowMs: number): string {
	if (activity.phase === 'ended') return 'Ended';
	if (activity.staleAtMs !== undefined && activity.staleAtMs <= nowMs) return 'Outdated';
	return activity.content.length === 0 ? 'Waiting' : 'Live';
}

function card(activity: ActivityView, nowMs: number, open: (exchange: number) => void): HTMLElement {
	const match = score(activity);
	const { exchange, alert, channelId } = activity;
	const state = status(activity, nowMs);
	return h(
		'button',
		{
			type: 'button',
			class: `activity ${state.toLowerCase()}`,
			disabled: exchange === undefined,
			onclick: () => exchange !== undefined && open(exchange),
		},
		h(
			'span',
			{ class: 'activity-head' },
			h('span', { class: 'activity-title' }, title(activity)),
			h('span', { class: `badge-state ${state.toLowerCase()}` }, state),
		),
		match !== undefined &&
			h(
				'span',
				{ class: 'scoreboard' },
				h('span', { class: 'team' }, match.left[0]),
				h('span', { class: 'goals' }, `${match.left[1]} – ${match.right[1]}`),
				h('span', { class: 'team right' }, match.right[0]),
			),
		facts(match === undefined ? activity.content : match.rest),
		alert !== undefined &&
			h('span', { class: 'activity-alert' }, [alert.title, alert.body].filter((text) => text !== undefined).join(': ')),
		channelId !== undefined && h('span', { class: 'activity-channel' }, 'From a broadcast channel'),
	);
}

/** Draws the activities of one phone into `parent`. */
export function createActivityCards(
	parent: HTMLElement,
	open: (exchange: number) => void,
): (activities: readonly ActivityView[], nowMs: number) => void {
	let now = 0;
	const draw = createList<{ activity: ActivityView; state: string }>(
		parent,
		({ activity }) => activity.key,
		({ activity }) => ({ element: card(activity, now, open) }),
	);
	return (activities, nowMs) => {
		now = nowMs;
		draw(activities.map((activity) => ({ activity, state: status(activity, nowMs) })));
	};
}

/** How long the island stays wide after an update with an alert, as it does on a phone that lights up. */
const expandedMs = 6000;

/** Fills the Dynamic Island with the newest running activity, or empties it. */
export function drawIsland(island: HTMLElement, activities: readonly ActivityView[], nowMs: number): void {
	const newest = [...activities]
		.filter((activity) => status(activity, nowMs) === 'Live')
		.sort((a, b) => b.updatedAtMs - a.updatedAtMs)[0];
	const shown =
		newest === undefined
			? undefined
			: { newest, wide: newest.alert !== undefined && nowMs - newest.alert.atMs < expandedMs };
	const text = JSON.stringify(shown ?? null);
	if (island.dataset.shown === text) return;
	island.dataset.shown = text;
	island.classList.toggle('busy', shown !== undefined);
	island.classList.toggle('wide', shown?.wide === true);
	if (shown === undefined) {
		island.replaceChildren();
		island.removeAttribute('aria-label');
		return;
	}
	const { newest: activity, wide } = shown;
	const match = score(activity);
	const first = activity.content[0];
	const last = activity.content[1];
	island.setAttribute('aria-label', `Dynamic Island: ${title(activity)}`);
	island.replaceChildren(
		h('span', { class: 'leading' }, match === undefined ? (first?.[1] ?? '●') : match.left[1]),
		wide ? h('span', { class: 'middle' }, activity.alert?.title ?? activity.alert?.body ?? '') : '',
		h('span', { class: 'trailing' }, match === undefined ? (last?.[1] ?? '') : match.right[1]),
	);
}
