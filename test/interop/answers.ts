/** What the test servers answer: the device token in the path selects it. */
import { createHash } from 'node:crypto';

/** Tokens that begin so are answered with 410 and `goneBody`. */
export const gonePrefix = 'dead';
/** Tokens that begin so are answered with 200 and `largeBytes` octets of `x`. */
export const largePrefix = 'feed';

export const goneAtMs = 1_700_000_000_000;
export const goneBody = JSON.stringify({ reason: 'Unregistered', timestamp: goneAtMs });
export const largeBytes = 200_000;

export const goneToken = gonePrefix.padEnd(64, '1');
export const largeAnswerToken = largePrefix.padEnd(64, '2');

/** How a server that sees request bodies reports one: length and digest, in the header `apns-unique-id`. */
export function receipt(body: Buffer): string {
	return `${body.length}-${createHash('sha256').update(body).digest('hex').slice(0, 16)}`;
}

export interface Answer {
	readonly status: number;
	readonly headers: Readonly<Record<string, string>>;
	readonly body: Buffer;
}

const none = Buffer.alloc(0);
const gone = Buffer.from(goneBody);
const large = Buffer.alloc(largeBytes, 'x');

/** The device token in `/3/device/<token>`. */
export function tokenOf(path: string): string {
	return path.slice(path.lastIndexOf('/') + 1);
}

export function answerTo(deviceToken: string, body: Buffer): Answer {
	if (deviceToken.startsWith(gonePrefix))
		return {
			status: 410,
			headers: { 'content-type': 'application/json', 'content-length': String(gone.length) },
			body: gone,
		};
	if (deviceToken.startsWith(largePrefix))
		return {
			status: 200,
			headers: { 'content-type': 'text/plain', 'content-length': String(large.length) },
			body: large,
		};
	return { status: 200, headers: { 'content-length': '0', 'apns-unique-id': receipt(body) }, body: none };
}
