/** Talks to the simulator: pictures as they come, actions and single exchanges on request. */
import type { ExchangeDetails, PageAction, PageState } from '../state';

/** Calls `onState` with each picture, `onLost` while there is no connection. The browser reconnects by itself. */
export function listen(onState: (state: PageState) => void, onLost: () => void): void {
	const source = new EventSource('/events');
	source.onmessage = (event: MessageEvent<string>) => onState(JSON.parse(event.data) as PageState);
	source.onerror = onLost;
}

/** Resolves when it is done, or to why it was not. */
export async function act(action: PageAction): Promise<string | undefined> {
	try {
		const response = await fetch('/actions', {
			method: 'POST',
			headers: { 'content-type': 'application/json' },
			body: JSON.stringify(action),
		});
		return response.ok ? undefined : ((await response.json()) as { message: string }).message;
	} catch {
		return 'The simulator does not answer.';
	}
}

/** Rejects with the server's words when the exchange is no longer remembered. */
export async function fetchExchange(number: number): Promise<ExchangeDetails> {
	const response = await fetch(`/exchanges/${number}`);
	const json: unknown = await response.json();
	if (!response.ok) throw new Error((json as { message: string }).message);
	return json as ExchangeDetails;
}
