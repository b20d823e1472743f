/** One tab of n8n's editor, driven as a user does: find a node, open it, fill in its form, run it, read what it shows. */
import type { Locator, Page } from 'playwright-core';

/** A page of n8n loads some 20 MB of scripts; a busy machine was seen to take 50 s. */
const LOAD_TIMEOUT_MS = 180_000;
const STEP_TIMEOUT_MS = 30_000;

/** n8n's answer that a manual run has begun. */
const RUN = /\/rest\/workflows\/[^/]+\/run/;

const byTestId = (id: string): string => `[data-test-id="${id}"]`;

export interface Output {
	/** Column headings and cells of the Table view. */
	readonly columns: readonly string[];
	readonly rows: ReadonlyArray<readonly string[]>;
	readonly hints: readonly string[];
	/** Message and description, where the run failed. */
	readonly error: string | undefined;
}

/** What the test of a credential came to. */
export interface CredentialVerdict {
	readonly works: boolean;
	readonly message: string;
}

export class EditorPage {
	constructor(
		readonly page: Page,
		private readonly url: string,
	) {
		page.setDefaultTimeout(STEP_TIMEOUT_MS);
	}

	private find(id: string): Locator {
		return this.page.locator(byTestId(id)).locator('visible=true');
	}

	async openNewWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`, { timeout: LOAD_TIMEOUT_MS });
		await this.find('canvas-plus-button').waitFor({ timeout: LOAD_TIMEOUT_MS });
	}

	/** Opens a stored workflow: in the page that is there, which takes a tenth of loading it anew. */
	async openWorkflow(id: string): Promise<void> {
		const path = `/workflow/${id}`;
		if (!this.page.url().startsWith(this.url)) await this.page.goto(`${this.url}${path}`, { timeout: LOAD_TIMEOUT_MS });
		else {
			const loaded = this.page.waitForResponse((response) => response.url().includes(`/rest/workflows/${id}`));
			// What the router of the page hears when somebody uses the browser's arrows.
			await this.page.evaluate(
				`history.pushState({}, '', '${path}'); dispatchEvent(new PopStateEvent('popstate', { state: {} }));`,
			);
			await loaded;
			// Until it is drawn, the nodes of the workflow before are still there.
			await this.page.waitForTimeout(1500);
		}
		await this.find('canvas-node').first().waitFor({ timeout: LOAD_TIMEOUT_MS });
	}

	/** Opens the node panel of an empty canvas. */
	async openNodePanel(): Promise<void> {
		await this.find('canvas-plus-button').click();
		await this.find('node-creator-search-bar').waitFor();
	}

	/** What the node panel finds for a word, from the top. */
	async search(word: string): Promise<string[]> {
		const creator = this.find('node-creator').first();
		await creator.locator('input').first().fill(word);
		// The list follows the word with a delay of its own; it has no sign of being done.
		await this.page.waitForTimeout(700);
		return (await creator.locator(byTestId('node-creator-item-name')).allInnerTexts()).map((name) => name.trim());
	}

	/** Opens a node of the panel's list, which shows its actions. */
	async openInPanel(name: string): Promise<void> {
		await this.find('node-creator-item-name').getByText(name, { exact: true }).first().click();
		await this.page.waitForTimeout(700);
	}

	/** Names of the actions shown, from the top. */
	async actions(): Promise<string[]> {
		const names = await this.find('node-creator-item-name').allInnerTexts();
		return names.map((name) => name.trim());
	}

	/** Picks an action, which adds the node to the workflow and opens it. */
	async addAction(name: string): Promise<void> {
		await this.find('node-creator-item-name').getByText(name, { exact: true }).click();
		await this.find('node-parameters').first().waitFor();
	}

	async openNode(name: string): Promise<void> {
		await this.find('canvas-node').filter({ hasText: name }).first().dblclick();
		await this.find('node-parameters').first().waitFor();
	}

	async closeNode(): Promise<void> {
		await this.find('ndv-close-button').click();
		await this.find('node-parameters').first().waitFor({ state: 'hidden' });
	}

	/** Labels of the parameters shown, from the top; without those of the tab Settings. */
	async labels(): Promise<string[]> {
		const labels = await this.find('node-parameters').first().locator(byTestId('input-label')).allInnerTexts();
		const names = labels.map((label) => (label.split('\n')[0] ?? '').replace('*', '').trim());
		// The tab Settings lies in the same place.
		return names.slice(0, names.indexOf('Always Output Data')).filter((name) => name !== '');
	}

	parameter(name: string): Locator {
		return this.page
			.locator(byTestId(`parameter-input-${name}`))
			.locator('visible=true')
			.first();
	}

	/** Picks an entry of a list by its name. */
	async choose(parameter: string, option: string): Promise<void> {
		await this.parameter(parameter).click();
		await this.find('parameter-input-item').filter({ hasText: option }).first().click();
		await this.page.waitForTimeout(300);
	}

	/** Replaces the text of a parameter, of a plain field or a code editor. */
	async fill(parameter: string, text: string): Promise<void> {
		const field = this.parameter(parameter);
		const code = field.locator('.cm-content').first();
		if ((await code.count()) > 0) {
			await code.click();
			await this.page.keyboard.press('Control+A');
			await this.page.keyboard.press('Delete');
			await this.page.keyboard.insertText(text);
			// Leaves the editor, so that no list of suggestions stays open.
			await this.page.keyboard.press('Tab');
		} else await field.locator('input, textarea').first().fill(text);
		// The editor takes a text over with a delay; a run before that shows its output as stale.
		await this.page.waitForTimeout(600);
	}

	/** Names in the list of a resource locator; opens it. */
	async listOf(parameter: string): Promise<string[]> {
		await this.parameter(parameter).locator(byTestId('rlc-input')).first().click();
		await this.find('rlc-item').first().waitFor();
		return (await this.find('rlc-item').allInnerTexts()).map((text) => text.trim());
	}

	/** Picks an entry of the open list. */
	async pick(index: number): Promise<void> {
		await this.find('rlc-item').nth(index).click();
		await this.page.waitForTimeout(600);
	}

	async executePrevious(): Promise<void> {
		const started = this.page.waitForResponse(RUN);
		await this.page.getByRole('button', { name: 'Execute previous nodes' }).locator('visible=true').first().click();
		await started;
		await this.find('run-data-schema-item').first().waitFor();
		// The next click counts once this run is over.
		await this.page.waitForTimeout(1500);
		await this.find('node-execute-button').first().getByText('Execute step').waitFor();
	}

	/** Drags a field of the input into a parameter, as the editor maps data. */
	async drag(field: string, parameter: string): Promise<void> {
		const pill = this.find('ndv-input-panel').locator('[data-target="mappable"]').filter({ hasText: field }).first();
		const from = await pill.boundingBox();
		const to = await this.parameter(parameter).boundingBox();
		if (from === null || to === null) throw new Error(`${field} or ${parameter} is not on the page.`);
		const { mouse } = this.page;
		await mouse.move(from.x + from.width / 2, from.y + from.height / 2);
		await mouse.down();
		await mouse.move(from.x + from.width, from.y + 30, { steps: 5 });
		await mouse.move(to.x + to.width / 2, to.y + to.height / 2, { steps: 10 });
		await this.page.waitForTimeout(300);
		await mouse.up();
		await this.page.waitForTimeout(900);
	}

	/** Runs the open node and returns what its output pane shows. */
	async execute(): Promise<Output> {
		const button = this.find('node-execute-button').first();
		const started = this.page.waitForResponse(RUN);
		await button.click();
		await started;
		// The output of the run before stays until the new one starts.
		await this.page.waitForTimeout(500);
		await button.getByText('Execute step').waitFor({ timeout: LOAD_TIMEOUT_MS });
		const panel = this.page.locator(byTestId('output-panel')).first();
		await panel
			.locator(`${byTestId('node-run-status-success')}, ${byTestId('node-error-message')}`)
			.first()
			.waitFor();
		await this.page.waitForTimeout(500);
		return await this.output();
	}

	/** Runs the open node where n8n refuses to; returns what its message says. */
	async executeInVain(): Promise<string> {
		await this.find('node-execute-button').first().click();
		const message = this.page.locator('.el-notification').locator('visible=true').first();
		await message.waitFor();
		return await message.innerText();
	}

	async output(): Promise<Output> {
		const panel = this.page.locator(byTestId('output-panel')).first();
		const table = panel.locator('table').first();
		const rows = await table.locator('tbody tr').all();
		const error = panel.locator(`${byTestId('node-error-message')}, ${byTestId('node-error-description')}`);
		return {
			columns: (await table.locator('thead th').allInnerTexts())
				.map((text) => text.trim())
				.filter((text) => text !== ''),
			rows: await Promise.all(rows.map(async (row) => await row.locator('td').allInnerTexts())),
			hints: (await panel.locator(byTestId('node-hint')).allInnerTexts()).map((text) => text.trim()),
			error:
				(await error.count()) > 0 ? (await error.allInnerTexts()).map((text) => text.trim()).join('\n') : undefined,
		};
	}

	/** Opens the credential of the open node. */
	async openCredential(): Promise<void> {
		await this.find('credential-edit-button').first().click();
		await this.find('credential-edit-dialog').first().waitFor();
		// n8n tests a stored credential when its dialog opens.
		await this.page.waitForTimeout(2500);
	}

	/** Opens the dialog for a new credential. */
	async createCredential(): Promise<void> {
		await this.find('node-credentials-select').first().click();
		await this.find('node-credentials-select-item-new').first().click();
		await this.find('credential-edit-dialog').first().waitFor();
		await this.settle();
	}

	/** Waits for dialogs that fade in: nothing tells when one has. */
	private async settle(): Promise<void> {
		await this.page.waitForTimeout(600);
	}

	/** Switches a boolean parameter on. */
	async switchOn(parameter: string): Promise<void> {
		await this.parameter(parameter).locator('[role="switch"], .el-switch').first().click();
	}

	/** Saves the credential in the dialog and returns what its test says; fails where the dialog does not show it. */
	async saveCredential(): Promise<CredentialVerdict> {
		// What was typed last is taken over with a delay; opening a stored credential tests it, too.
		await this.page.waitForTimeout(1500);
		const tested = this.page.waitForResponse(/\/rest\/credentials\/test/);
		await this.find('credential-save-button').first().click();
		const { data } = (await (await tested).json()) as { data: { status: string; message: string } };
		const verdict = { works: data.status === 'OK', message: data.message };
		// n8n closes the dialog of a new credential that works.
		if (!verdict.works) {
			const dialog = this.find('credential-edit-dialog').first();
			await dialog.getByText('Couldn’t connect with these settings').waitFor();
			// Once open, the details stay open for the next verdict.
			const more = dialog.getByText('More details');
			if (await more.isVisible()) await more.click();
			await dialog.getByText(verdict.message).waitFor();
		}
		return verdict;
	}

	/** Opens a credential that works, and waits until the dialog says so. */
	async openWorkingCredential(): Promise<void> {
		await this.openCredential();
		await this.find('credentials-config-container-test-success').waitFor();
	}

	async closeCredential(): Promise<void> {
		await this.page.keyboard.press('Escape');
		await this.find('credential-edit-dialog').first().waitFor({ state: 'hidden' });
	}

	/** Takes away the messages in the corner, which hide what is below them. */
	async dismissMessages(): Promise<void> {
		for (const close of await this.page.locator('.el-notification__closeBtn').locator('visible=true').all())
			await close.click({ timeout: 1000 }).catch(() => undefined);
		await this.page.waitForTimeout(400);
	}
}
