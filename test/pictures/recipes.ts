/** Takes a picture of every example's flow in the real editor. */
import path from 'node:path';
import { exampleNames, readExample, withCredentials } from '../../tools/n8n/examples';
import { type Editor, openEditor } from '../app/application/browser';
import { type Ground, setStage, type Stage } from '../app/stage';

/** The editor's first load on a busy machine. */
const loadMs = 120_000;

/** Credentials that need to be there for nodes to look complete; nothing connects. */
async function credentials({ app, credentialId }: Stage): Promise<Record<string, string>> {
	return {
		apnsApi: credentialId,
		postgres: await app.rest.createCredential('Postgres account', { host: '127.0.0.1', database: 'app' }, 'postgres'),
		openAiApi: await app.rest.createCredential('Model account', { apiKey: 'none' }, 'openAiApi'),
	};
}

async function take(editor: Editor, stage: Stage, name: string, ids: Record<string, string>, folder: string) {
	const stored = await stage.app.rest.createWorkflow(withCredentials(readExample(name), ids));
	const page = await editor.page('light');
	await page.setViewportSize({ width: 1280, height: 640 });
	await page.goto(`${stage.app.url}/workflow/${stored.id}`, { timeout: loadMs });
	const canvas = page.getByTestId('canvas-wrapper').or(page.locator('.vue-flow')).first();
	await canvas.waitFor({ timeout: loadMs });
	await page.locator('[data-test-id="canvas-node"]').first().waitFor({ timeout: loadMs });
	await page.keyboard.press('1');
	// The canvas moves for a moment after "fit to view", and tells nobody when it has come to rest.
	await page.waitForTimeout(1500);
	// JPEG keeps each below 150 KB.
	await canvas.screenshot({ path: path.join(folder, `${name}.jpg`), type: 'jpeg', quality: 80 });
	await page.close();
}

/** One picture for each example, named as it is, in `folder`. */
export async function takeRecipes(ground: Ground, folder: string): Promise<void> {
	const stage = await setStage(ground);
	try {
		const editor = await openEditor(ground.programs, stage.app);
		try {
			const ids = await credentials(stage);
			for (const name of exampleNames()) await take(editor, stage, name, ids, folder);
		} finally {
			await editor.close();
		}
	} finally {
		await stage.end();
	}
}
