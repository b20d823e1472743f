/** The device page in Chromium: what arrives is seen and heard by screen readers, one click or key shows the exchange, and it fits any screen. */
import type { Browser, Page } from 'playwright-core';
import type { DevicePage } from '../../tools/simulator/devicePage/page';
import { startDevicePage } from '../../tools/simulator/devicePage/page';
import { hasChromium, launchChromium } from '../chromium';
import type { Sender } from './sender';
import { bundleId, startSender } from './sender';
import { fillPage } from './show';

// CI installs Chromium (.ci/run), and its green run has seen the pages; a developer's machine without one runs every other test.
if (!hasChromium() && process.env.CI === 'true')
	throw new Error('CI has no Chromium, which these tests need: see .ci/run');
const inChromium = hasChromium() ? describe : describe.skip;

inChromium(`in Chromium${hasChromium() ? '' : ' (left out, there is none: apt-get install chromium)'}`, () => {
	let browser: Browser;
	let sender: Sender;
	let served: DevicePage;
	let page: Page;
	const errors: string[] = [];

	beforeAll(async () => {
		browser = await launchChromium();
	});
	afterAll(() => browser.close());

	beforeEach(async () => {
		errors.length = 0;
		sender = await startSender();
		served = await startDevicePage(sender.app.simulator, { bundleId });
		page = await browser.newPage({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' });
		page.on('pageerror', (error) => errors.push(error.message));
		page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
		await page.goto(served.address);
		await page.getByRole('article', { name: 'Ada’s Watch' }).or(page.locator('[data-phone=watch]')).first().waitFor();
	});

	afterEach(async () => {
		await page.close();
		await served.close();
		await sender.close();
		expect(errors).toEqual([]);
	});

	const phone = (id: string) => page.locator(`[data-phone=${id}]`);

	test('an alert appears, is announced, and one click shows it as it was on the wire', async () => {
		await sender.push(sender.token('ada'), {
			aps: { alert: { title: 'Server down', body: 'web-3' }, badge: 2, sound: 'default' },
		});
		const card = phone('ada').getByRole('button', { name: /Server down/ });
		await card.waitFor();
		await phone('ada').getByRole('img', { name: 'App icon with badge 2' }).waitFor();
		await page
			.locator('#announcer')
			.getByText('Ada’s iPhone: Server down. web-3. Sound: default')
			.waitFor({ state: 'attached' });
		await card.click();
		const dialog = page.getByRole('dialog', { name: 'Exchange 1' });
		await dialog.getByRole('cell', { name: 'from the table', exact: true }).first().waitFor();
		expect(await dialog.locator('pre').textContent()).toContain('"Server down"');
		expect(await dialog.getByText('200').count()).toBeGreaterThan(0);
		await page.keyboard.press('Escape');
		await dialog.waitFor({ state: 'hidden' });
	});

	test('markup in a push is text', async () => {
		await sender.push(sender.token('ada'), {
			aps: { alert: { title: '<img src=x onerror=alert(1)>', body: '<b>b</b>' } },
		});
		await phone('ada').getByText('<img src=x onerror=alert(1)>').waitFor();
		expect(await phone('ada').locator('.notification b').count()).toBe(0);
	});

	test('it is worked by keyboard alone: a fault, an exchange, a phone', async () => {
		await page.getByRole('radio', { name: 'None' }).focus();
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('ArrowRight');
		await page.keyboard.press('ArrowRight');
		await page.waitForFunction('document.querySelector("input[value=tooMany]").checked');
		await sender.app.simulator.journal.waitFor(() => true);
		const reply = await sender.push(sender.token('ada'), { aps: { alert: 'Hello' } });
		expect(reply.status).toBe(429);
		const row = page.getByRole('button', { name: /429 TooManyRequests/ });
		await row.focus();
		await page.keyboard.press('Enter');
		await page.getByRole('dialog', { name: 'Exchange 1' }).getByText('TooManyRequests').first().waitFor();
		await page.keyboard.press('Escape');
		await phone('ben').getByRole('switch', { name: 'Online' }).focus();
		await page.keyboard.press('Space');
		await phone('ben').getByText('Offline').waitFor();
		// The focus stays where it was through the pictures that follow.
		expect(await page.evaluate('document.activeElement.getAttribute("role")')).toBe('switch');
	});

	test('threads open and close, calls are answered, activities live in the Dynamic Island', async () => {
		await fillPage(sender);
		await phone('ada').getByRole('img', { name: 'Dynamic Island: Cup final' }).waitFor();
		const more = phone('ada').getByRole('button', { name: '2 more in this thread' });
		await more.click();
		expect(
			await phone('ada')
				.getByRole('button', { name: /Grace wrote to you/ })
				.count(),
		).toBe(3);
		await phone('ada').getByRole('button', { name: 'Show less' }).click();
		await phone('chloe').getByRole('alertdialog').getByText('Front desk').waitFor();
		await phone('chloe').getByRole('button', { name: 'Accept' }).click();
		await phone('chloe')
			.getByText(/Call with Front desk accepted/)
			.waitFor();
		await phone('ben').getByText('Outdated').waitFor();
	});

	test('removing the app makes its token 410, in the list of exchanges too', async () => {
		await phone('ben').getByRole('switch', { name: 'App installed' }).click();
		await phone('ben').getByText('App not installed: pushes get 410').waitFor();
		await sender.push(sender.token('ben'), { aps: { alert: 'Hello' } });
		await page.getByRole('button', { name: /410 Unregistered/ }).waitFor();
	});

	test('tokens can be read and channels followed in the dialog of a phone', async () => {
		const channel = await sender.createChannel();
		await phone('chloe').getByRole('button', { name: 'Tokens and more' }).click();
		const dialog = page.getByRole('dialog', { name: 'Chloé’s iPhone' });
		await dialog.getByText(sender.token('chloe')).waitFor();
		await dialog.getByRole('switch', { name: channel }).check();
		await sender.broadcast(channel, { event: 'update', 'content-state': { home: 3, away: 1 } });
		await page.keyboard.press('Escape');
		await phone('chloe').getByText('3 – 1').waitFor();
	});

	test.each([
		['a phone', 375, 740],
		['a tablet', 820, 1180],
		['a desktop', 1440, 900],
	])('nothing sticks out of the screen of %s', async (_what, width, height) => {
		await page.setViewportSize({ width, height });
		await fillPage(sender);
		await phone('ada').getByText('Cup final').waitFor();
		expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
	});

	test.each(['light', 'dark'] as const)(
		'text can be read in %s: contrast of 4.5 to 1 at least',
		async (colorScheme) => {
			await page.emulateMedia({ colorScheme });
			const contrasts = (await page.evaluate(contrastScript)) as Array<readonly [string, number]>;
			expect(contrasts.length).toBeGreaterThan(5);
			expect(contrasts.filter(([, ratio]) => ratio < 4.5)).toEqual([]);
		},
	);
});

/** Contrast of the page's texts on their plain backgrounds (WCAG 2.2, 1.4.3). */
const contrastScript = `(() => {
	const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return { r: n[0], g: n[1], b: n[2], a: n[3] ?? 1 }; };
	const channel = (v) => { v /= 255; return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
	const light = (c) => 0.2126 * channel(c.r) + 0.7152 * channel(c.g) + 0.0722 * channel(c.b);
	const behind = (element) => {
		for (let e = element; e !== null; e = e.parentElement) {
			const colour = parse(getComputedStyle(e).backgroundColor);
			if (colour.a === 1) return colour;
		}
		return { r: 255, g: 255, b: 255 };
	};
	return [...document.querySelectorAll('h1, h2, h3, .hint, .inline, .phone-status, .language, .counters dt, .fault span, button:not(.screen *), .switch span')]
		.filter((e) => e.textContent !== '' && e.offsetParent !== null && e.closest('.screen') === null)
		.map((e) => {
			const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
			return [e.textContent.slice(0, 30), (a + 0.05) / (b + 0.05)];
		});
})()`;
