/** n8n's editor in Debian's Chromium, signed in, with nothing but loopback to load from. */
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { hasChromium, launchChromium } from '../../chromium';
import type { Application } from './application';
import { installDebian } from './debian';
import type { Programs } from './program';

export type Theme = 'light' | 'dark';

export interface Editor {
	/** A tab of its own, on an empty page. */
	page(theme: Theme): Promise<Page>;
	close(): Promise<void>;
}

/** Wide enough for n8n's three panes. */
const viewport = { width: 1440, height: 900 } as const;

async function open(browser: Browser, url: string, cookie: string, theme: Theme): Promise<BrowserContext> {
	// n8n follows the system's theme unless told otherwise.
	const context = await browser.newContext({ viewport, colorScheme: theme, locale: 'en-US', timezoneId: 'UTC' });
	const [name = '', value = ''] = cookie.split('=');
	await context.addCookies([{ name, value, url }]);
	await context.route(
		(target) => target.hostname !== '127.0.0.1',
		async (route) => await route.abort(),
	);
	return context;
}

/** Opens the editor of an n8n; installs Chromium where it is missing. */
export async function openEditor(
	programs: Programs,
	app: Pick<Application, 'url'> & { readonly rest: { readonly cookie: string } },
): Promise<Editor> {
	if (!hasChromium()) await installDebian(programs, 'chromium', 'fonts-dejavu-core', 'fonts-noto-color-emoji');
	const browser = await launchChromium(['--font-render-hinting=none']);
	const contexts = new Map<Theme, BrowserContext>();
	return {
		async page(theme) {
			const context = contexts.get(theme) ?? (await open(browser, app.url, app.rest.cookie, theme));
			contexts.set(theme, context);
			return await context.newPage();
		},
		close: async () => await browser.close(),
	};
}
