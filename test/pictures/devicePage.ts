/** Takes pictures of the device page, full of what the phones can show. */
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { ProviderTokenStore } from '../../nodes/shared/apns/providerToken';
import { ApnsClient } from '../../nodes/shared/client/apnsClient';
import { SessionCache } from '../../nodes/shared/transport/sessionCache';
import { startDevicePage } from '../../tools/simulator/devicePage/page';
import { launchChromium } from '../chromium';
import { bundleId, type Sender, startSender } from '../devicePage/sender';
import { fillPage } from '../devicePage/show';

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

/** Three more messages of the conversation, from the package's own client: the third shows what its connection has indexed by then. */
async function sendWithOwnClient({ app, token }: Sender): Promise<void> {
	const { keyId = '', teamId = '', privateKey = '', host, port, managementHost, managementPort } = app.credential;
	const cache = new SessionCache();
	const client = new ApnsClient({
		identity: { type: 'token', keyId, teamId, privateKeyPem: privateKey },
		endpoint: { host, port },
		managementEndpoint: { host: managementHost, port: managementPort },
		caBundle: app.credential.caBundle,
		cache,
		tokens: new ProviderTokenStore(),
	});
	for (const body of ['Are you on your way?', 'We sit at the back', 'The soup is here']) {
		const alert = { 'title-loc-key': 'MESSAGE_TITLE', 'title-loc-args': ['Grace'], body };
		const payload = Buffer.from(JSON.stringify({ aps: { alert, 'thread-id': 'chat-grace', sound: 'default' } }));
		const { outcome } = await client.send({ deviceToken: token('ada'), topic: bundleId, pushType: 'alert', payload });
		if (outcome !== 'accepted') throw new Error(`The push for the picture was ${outcome}.`);
	}
	cache.close();
}

async function take(browser: Browser, address: string, picture: Picture, folder: string): Promise<void> {
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
	// JPEG keeps each below 150 KB.
	await part.screenshot({ path: path.join(folder, `${picture.file}.jpg`), type: 'jpeg', quality: 78 });
	await page.close();
}

/** The pictures of the table above, in `folder`. */
export async function takeDevicePage(folder: string): Promise<void> {
	const sender = await startSender();
	const page = await startDevicePage(sender.app.simulator, { bundleId });
	const browser = await launchChromium();
	try {
		await fillPage(sender);
		for (const picture of pictures.filter(({ opens }) => opens !== true))
			await take(browser, page.address, picture, folder);
		await sendWithOwnClient(sender);
		for (const picture of pictures.filter(({ opens }) => opens === true))
			await take(browser, page.address, picture, folder);
	} finally {
		await browser.close();
		await page.close();
		await sender.close();
	}
}
