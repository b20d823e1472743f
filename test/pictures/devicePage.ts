/** Takes the device page's pictures for the documentation: `npx tsx test/devicePage/pictures.ts [folder [png]]`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { startDevicePage } from '../../tools/simulator/devicePage/page';
import { launchChromium } from './chromium';
import { bundleId, startSender } from './sender';
import { fillPage } from './show';

/** JPEG keeps each below 150 KB. */
const type = process.argv[3] === 'png' ? 'png' : 'jpeg';
const folder = path.resolve(process.argv[2] ?? path.join(__dirname, '../../docs/images'));

interface Picture {
	readonly file: string;
	readonly width: number;
	readonly height: number;
	readonly colorScheme: 'light' | 'dark';
	/** Opens the newest push to this phone first. */
	readonly opens?: boolean;
	/** Only this part of the page. */
	readonly element?: string;
}

const pictures: readonly Picture[] = [
	{ file: 'device-page-light', width: 1360, height: 860, colorScheme: 'light' },
	{ file: 'device-page-dark', width: 1360, height: 860, colorScheme: 'dark' },
	{ file: 'device-page-panel', width: 1180, height: 900, colorScheme: 'light', element: '.columns' },
	{ file: 'device-page-exchange', width: 1000, height: 860, colorScheme: 'light', opens: true },
	{ file: 'device-page-phone', width: 390, height: 844, colorScheme: 'dark' },
];

async function take(browser: Browser, address: string, picture: Picture): Promise<void> {
	const { width, height, colorScheme } = picture;
	const page = await browser.newPage({ viewport: { width, height }, colorScheme, reducedMotion: 'reduce' });
	await page.goto(address);
	await page.getByText('Goal for Blue!').first().waitFor();
	if (picture.opens === true) {
		await page
			.getByRole('button', { name: /Grace wrote to you/ })
			.first()
			.click();
		await page.getByRole('columnheader', { name: 'On the wire' }).waitFor();
	}
	const part = picture.element === undefined ? page : page.locator(picture.element);
	await part.screenshot({
		path: path.join(folder, `${picture.file}.${type === 'png' ? 'png' : 'jpg'}`),
		type,
		...(type === 'jpeg' ? { quality: 78 } : {}),
	});
	await page.close();
}

async function main(): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const sender = await startSender();
	const page = await startDevicePage(sender.app.simulator, { bundleId });
	const browser = await launchChromium();
	try {
		await fillPage(sender);
		for (const picture of pictures) await take(browser, page.address, picture);
	} finally {
		await browser.close();
		await page.close();
		await sender.close();
	}
}

void main();
