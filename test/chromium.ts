/** Debian's Chromium for tests of the page, where the machine has one. */
import { existsSync } from 'node:fs';
import type { Browser } from 'playwright-core';
import { chromium } from 'playwright-core';

const executable = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** Whether there is a browser; a test that needs one is skipped by name where there is none, unless CI asks for all. */
export const hasChromium = executable !== undefined;

export async function launchChromium(): Promise<Browser> {
	if (executable === undefined) throw new Error('There is no Chromium: apt-get install chromium');
	// As root in a container there is no sandbox to be had.
	return await chromium.launch({ executablePath: executable, args: ['--no-sandbox', '--disable-gpu'] });
}
