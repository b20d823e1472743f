/** Builds and updates elements: small, so that what is focused, open or being read is not thrown away at each picture. */

type Child = Node | string | undefined | false;
type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** `h('button', { class: 'x', onclick: … }, 'Text')`. False and undefined attributes and children are left out. */
export function h<Tag extends keyof HTMLElementTagNameMap>(
	tag: Tag,
	attributes: Attributes = {},
	...children: Child[]
): HTMLElementTagNameMap[Tag] {
	const element = document.createElement(tag);
	for (const [name, value] of Object.entries(attributes)) {
		if (typeof value === 'function') element.addEventListener(name.replace(/^on/, ''), value);
		else if (value === true) element.setAttribute(name, '');
		else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
	}
	for (const child of children) if (child !== undefined && child !== false) element.append(child);
	return element;
}

/** The element with that id, of that class. Throws when the page lacks it. */
export function byId<Type extends Element>(id: string, type: new () => Type): Type {
	const element = document.getElementById(id);
	if (!(element instanceof type)) throw new Error(`The page has no ${type.name} "${id}".`);
	return element;
}

/** Sets text only where it differs, so that a selection in it survives. */
export function setText(element: Element, text: string): void {
	if (element.textContent !== text) element.textContent = text;
}

interface Kept<Item> {
	readonly element: HTMLElement;
	item: string;
	readonly update: (item: Item) => void;
}

/**
 * Keeps one child for each item, found again by its key: new items get an element, changed ones are updated, the order is
 * made right, and elements of items that are gone are removed.
 */
export function createList<Item>(
	parent: HTMLElement,
	keyOf: (item: Item) => string,
	create: (item: Item) => { readonly element: HTMLElement; readonly update?: (item: Item) => void },
): (items: readonly Item[]) => void {
	const kept = new Map<string, Kept<Item>>();
	return (items) => {
		const wanted = new Set(items.map(keyOf));
		for (const [key, { element }] of kept) {
			if (wanted.has(key)) continue;
			element.remove();
			kept.delete(key);
		}
		let place: Element | null = parent.firstElementChild;
		for (const item of items) {
			const key = keyOf(item);
			const text = JSON.stringify(item);
			let entry = kept.get(key);
			if (entry === undefined || (entry.item !== text && entry.update === replaceable)) {
				const { element, update } = create(item);
				if (entry !== undefined) {
					if (place === entry.element) place = element;
					entry.element.replaceWith(element);
				}
				entry = { element, item: text, update: update ?? replaceable };
				kept.set(key, entry);
			} else if (entry.item !== text) {
				entry.item = text;
				entry.update(item);
			}
			if (place === entry.element) place = place.nextElementSibling;
			else parent.insertBefore(entry.element, place);
		}
	};
}

/** Marks elements that are made anew when their item changes. */
const replaceable = (): void => undefined;

const clockFormat = new Intl.DateTimeFormat([], { hour: 'numeric', minute: '2-digit' });

/** Time of day as a lock screen shows it: the user's 12 or 24 hours, without AM and PM. */
export function clockText(ms: number): string {
	return clockFormat
		.formatToParts(ms)
		.filter(({ type }) => type !== 'dayPeriod')
		.map(({ value }) => value)
		.join('')
		.trim();
}

export function exactTime(ms: number): string {
	return new Date(ms).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
}

/** “now”, “4 min ago”, as lock screens write it. */
export function ago(ms: number, nowMs: number): string {
	const seconds = Math.max(0, Math.round((nowMs - ms) / 1000));
	if (seconds < 60) return 'now';
	const minutes = Math.floor(seconds / 60);
	return minutes < 60 ? `${minutes} min ago` : `${Math.floor(minutes / 60)} h ago`;
}
