/** What a push costs on the wire beyond its payload: Apple's advice on header compression, counted; and how few writes carry many pushes. */
import { createHash } from 'node:crypto';
import { createHeaderBuilder } from '../../../nodes/shared/apns/headers';
import type { Notification } from '../../../nodes/shared/apns/notification';
import { signProviderToken } from '../../../nodes/shared/apns/providerToken';
import { createSigningKey } from '../../../tools/simulator/authority';
import { createPeer, type TestPeer } from './supportPeer';

const PUSHES = 1_000;
const WARMUP = 5;
const payload = Buffer.from(
	JSON.stringify({ aps: { alert: { title: 'Order shipped', body: 'Your order is on its way' } } }),
);
let drawn = 0;
/** Hex digits without a pattern, the same in every run. */
const hex = (digits: number): string => createHash('sha256').update(String(drawn++)).digest('hex').slice(0, digits);
const randomToken = (): string => hex(64);
const uuid = (): string => hex(32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

/** Opens pushes with random device tokens; the mean of what the connection wrote for each beyond the payload. */
async function meanBytes(extra: () => Partial<Notification>): Promise<number> {
	const { keyId, privateKeyPem } = createSigningKey();
	const token = await signProviderToken({ type: 'token', teamId: 'TEAM000001', keyId, privateKeyPem }, 1_764_000_000);
	const builder = createHeaderBuilder({ host: 'api.push.apple.com', port: 443 });
	const peer = createPeer({ settings: [[4, 1_000_000]] });
	const push = (): void => {
		const notification: Notification = {
			deviceToken: randomToken(),
			topic: 'com.example.app',
			pushType: 'alert',
			priority: 10,
			payload,
			...extra(),
		};
		const stream = peer.client.open(builder.push(notification, `bearer ${token}`), payload, 'push');
		if (typeof stream === 'string') throw new Error(stream);
		peer.client.receive(credit(payload.length), 0);
	};
	for (let n = 0; n < WARMUP; n++) push();
	const before = peer.client.output.totalBytes();
	for (let n = 0; n < PUSHES; n++) push();
	return (peer.client.output.totalBytes() - before) / PUSHES - payload.length;
}

/** The server gives the window back at once. */
function credit(octets: number): Buffer {
	const frame = Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
	frame.writeUInt32BE(octets, 9);
	return frame;
}

it('costs at most 80 octets per push in steady state, frame headers included', async () => {
	const mean = await meanBytes(() => ({}));
	expect(mean).toBeLessThanOrEqual(80);
	// 64 hexadecimal digits cost at least 40 octets in Huffman code, two frame headers 18: less would be a miscount.
	expect(mean).toBeGreaterThan(58);
});

it('costs at most 110 octets with an apns-id of its own for each', async () => {
	expect(await meanBytes(() => ({ apnsId: uuid() }))).toBeLessThanOrEqual(110);
});

it('costs at most two octets more with an expiration that stays the same', async () => {
	const without = await meanBytes(() => ({}));
	expect((await meanBytes(() => ({ expirationSeconds: 1_800_000_000 }))) - without).toBeLessThanOrEqual(2);
});

it('hands many pushes to the socket in few pieces, so that one TLS record holds several', () => {
	const peer: TestPeer = createPeer({ settings: [[4, 1_000_000]] });
	const builder = createHeaderBuilder({ host: 'api.push.apple.com', port: 443 });
	for (let n = 0; n < 100; n++) {
		const fields = builder.push(
			{ deviceToken: randomToken(), topic: 'com.example.app', pushType: 'alert', priority: 10, payload },
			'bearer token',
		);
		expect(typeof peer.client.open(fields, payload, 'push')).toBe('object');
	}
	const pieces = peer.client.output.take();
	expect(Buffer.concat(pieces).length).toBeGreaterThan(100 * payload.length);
	// A TLS record carries up to 16,384 octets: some 100 pushes of 140.
	expect(pieces.length).toBeLessThanOrEqual(3);
});
