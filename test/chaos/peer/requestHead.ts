/** What the peer needs of a request's header list: which request of the world it is, and whose token it carries. */
import type { HeaderReader } from './headerReader';

export interface RequestHead {
	method: string;
	path: string;
	token: string;
	apnsId: string;
	kind: 'push' | 'broadcast' | 'channel';
	/** Number of the request in the world; -1 when it names none. */
	request: number;
}

export function createRequestHead(): RequestHead {
	return { method: '', path: '', token: '', apnsId: '', kind: 'push', request: -1 };
}

const DEVICE = '/3/device/';

/** Eight hexadecimal digits as a number; -1 when they are none. */
function numberAt(text: string, at: number): number {
	const number = Number.parseInt(text.slice(at, at + 8), 16);
	return Number.isNaN(number) ? -1 : number;
}

/** Fills `head` from a block. Throws when the block breaks HPACK's rules. */
export function readRequestHead(reader: HeaderReader, block: Buffer, head: RequestHead): void {
	head.method = '';
	head.path = '';
	head.token = '';
	head.apnsId = '';
	let requestId = '';
	reader.read(block, (name, value) => {
		switch (name) {
			case ':method':
				head.method = value;
				break;
			case ':path':
				head.path = value;
				break;
			case 'authorization':
				head.token = value.startsWith('bearer ') ? value.slice(7) : '';
				break;
			case 'apns-id':
				head.apnsId = value;
				break;
			case 'apns-request-id':
				requestId = value;
				break;
			default:
		}
	});
	if (head.path.startsWith(DEVICE)) {
		head.kind = 'push';
		head.request = numberAt(head.path, DEVICE.length);
		return;
	}
	head.kind = head.path.startsWith('/4/') ? 'broadcast' : 'channel';
	head.request = requestId === '' ? -1 : numberAt(requestId, 0);
	head.apnsId = requestId;
}
