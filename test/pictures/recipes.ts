/** Takes a picture of every example's flow in the real editor, for docs/recipes.md: `npx tsx test/app/recipePictures.ts [folder [png]]`. */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { exampleNames, readExample, withCredentials } from '../../tools/n8n/examples';
import { type Editor, openEditor } from './application/browser';
import { Programs } from './application/program';
import { prepareGround, setStage, type Stage } from './stage';

const folder = path.resolve(process.argv[2] ?? path.join(__dirname, '../../docs/images/recipes'));
/** JPEG keeps each below 150 KB. */
const type = process.argv[3] === 'png' ? 'png' : 'jpeg';

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

async function take(editor: Editor, stage: Stage, name: string, ids: Record<string, string>): Promise<void> {
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
	await canvas.screenshot({
		path: path.join(folder, `${name}.${type === 'png' ? 'png' : 'jpg'}`),
		type,
		...(type === 'jpeg' ? { quality: 80 } : {}),
	});
	await page.close();
}

async function main(): Promise<void> {
	mkdirSync(folder, { recursive: true });
	const programs = new Programs();
	const ground = await prepareGround(programs);
	const stage = await setStage(ground);
	const editor = await openEditor(programs, stage.app);
	try {
		const ids = await credentials(stage);
		for (const name of exampleNames()) await take(editor, stage, name, ids);
	} finally {
		await editor.close();
		await stage.end();
		ground.remove();
	}
}

main().then(
	() => process.exit(0),
	(error: unknown) => {
		process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
		process.exit(1);
	},
);
