/** The phones of the device page as clients of the registration examples: they give their tokens to n8n, as an app would. */
import type { ModelOptions, Registration } from '../simulator/devicePage/model';

/** Webhooks of the registration examples. */
const paths = ['register-device-table', 'register-device'];

/** First names for the texts of the bulk example. */
const firstNames: Readonly<Record<string, string>> = { ada: 'Ada', ben: 'Ben', chloe: 'Chloé', watch: 'Ada' };

/** Posts a registration to every example that answers; resolves to what came of it, in words. */
export function registerWith(n8nUrl: string): NonNullable<ModelOptions['register']> {
	return async (registration: Registration) => {
		const body = JSON.stringify({ ...registration, firstName: firstNames[registration.deviceId] });
		const post = async (path: string) => {
			const response = await fetch(`${n8nUrl}/webhook/${path}`, {
				method: 'POST',
				headers: { 'content-type': 'application/json' },
				body,
				signal: AbortSignal.timeout(30_000),
			});
			return response.ok;
		};
		const results = await Promise.all(paths.map((path) => post(path).catch(() => false)));
		const count = results.filter((ok) => ok).length;
		if (count === 0) return 'n8n took no registration: is a “Device registration” workflow active?';
		return `Registered with n8n (${count === 1 ? '1 workflow' : `${count} workflows`})`;
	};
}
