/** A failure of the transport as an error: one of the codes of `errorRows.ts` with a sentence and a remedy. */
import type { MarkedText } from '../outcome';
import { type Blame, type ErrorRow, errorRows, type TransportErrorCode } from './errorRows';
import { readSystemError, systemCode } from './systemErrors';

export type { TransportErrorCode } from './errorRows';

/** What the settings in braces are called where there is no form. */
const settings: Readonly<Record<string, string>> = {
	caBundle: 'the CA bundle',
	proxyUrl: 'the proxy URL',
};

const BRACES = /\{(\w+)\}/;

/** The advice for programs. */
function plain(advice: string): string {
	return advice.replace(new RegExp(BRACES, 'g'), (_braces, name: string) => settings[name] ?? name);
}

/** The advice with its settings marked; undefined where it names none. */
function marked(advice: string): MarkedText | undefined {
	if (!BRACES.test(advice)) return undefined;
	// With a group, split gives text and names in turn.
	return advice.split(BRACES).map((part, at) => (at % 2 === 0 ? part : { field: part }));
}

/** A failure of the transport. The message names no secret; `cause` is the system's own error where there is one. */
export class TransportError extends Error {
	readonly advice: string;
	/** The advice with the settings it names marked; undefined where it names none. */
	readonly remedy: MarkedText | undefined;
	readonly commonToRun: boolean;
	readonly permanent: boolean;
	readonly blame: Blame;
	/** Node's code of the cause, such as `ECONNRESET`. Not in the message: n8n replaces messages that contain one. */
	readonly systemCode: string | undefined;

	constructor(
		readonly code: TransportErrorCode,
		message: string,
		options?: { cause?: unknown; advice?: string; remedy?: MarkedText },
	) {
		super(message, options?.cause === undefined ? undefined : { cause: options.cause });
		this.name = 'TransportError';
		const row: ErrorRow = errorRows[code];
		this.advice = options?.advice ?? plain(row.advice);
		this.remedy = options?.advice === undefined ? marked(row.advice) : options.remedy;
		this.commonToRun = row.commonToRun;
		this.permanent = row.permanent;
		this.blame = row.blame;
		this.systemCode = systemCode(options?.cause) || undefined;
	}
}

/** Turns a system or TLS error into a `TransportError`; `where` names host and port, never a secret. */
export function transportError(
	error: unknown,
	where: string,
	otherwise: TransportErrorCode = 'connectionLost',
): TransportError {
	if (error instanceof TransportError) return error;
	const [code, sentence] = readSystemError(error) ?? [
		otherwise,
		error instanceof Error ? error.message : String(error),
	];
	return new TransportError(code, `${where}: ${sentence}.`, { cause: error });
}
