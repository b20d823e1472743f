/** Environments of the programs the tests start: never more of the surrounding one than they need. */
import path from 'node:path';

function copyWithout(pattern: RegExp): Record<string, string> {
	const env: Record<string, string> = {};
	for (const [name, value] of Object.entries(process.env))
		if (value !== undefined && !pattern.test(name)) env[name] = value;
	return env;
}

/** For npm: the user's own (it may know a registry or a proxy), without settings of a surrounding n8n or `npm run`; a Node of choice comes first. */
export function npmEnvironment(binFolder?: string): Record<string, string> {
	const env = copyWithout(/^(N8N_|npm_)/);
	return binFolder === undefined ? env : { ...env, PATH: `${binFolder}${path.delimiter}${env.PATH ?? ''}` };
}

/** For n8n, its databases and the browser: nothing but where programs are, the language, and a home of their own. */
export function bareEnvironment(home: string, binFolder?: string): Record<string, string> {
	const found = process.env.PATH ?? '';
	return {
		PATH: binFolder === undefined ? found : `${binFolder}${path.delimiter}${found}`,
		HOME: home,
		LANG: 'C.UTF-8',
		TZ: 'UTC',
	};
}
