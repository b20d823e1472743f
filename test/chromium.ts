/** The browser of tests and pictures: Debian's Chromium, or what else of its kind the machine has. */
import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const candidates = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Whether there is a browser; a test that needs one is skipped by name where there is none, unless CI asks for all. */
export function hasChromium(): boolean {
	return candidates.some(existsSync);
}

/** Starts the browser, invisible; rejects where there is none. */
export async function launchChromium(args: readonly string[] = []): Promise<Browser> {
	const executablePath = candidates.find(existsSync);
	if (executablePath === undefined) throw new Error('There is no Chromium: apt-get install chromium');
	// As root in a container there is no sandbox to be had.
	return await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu', ...args] });
}
