/**
 * A listener that throws costs no push its outcome.
 * Before: a notice handler that threw when a key was revoked left the push open for ever, and the process with an uncaught exception.
 */
import { SessionCache } from '../../nodes/shared/transport/sessionCache';
import { type ClientBench, notification, startClientBench } from '../shared/client/clientBench';

let bench: ClientBench;

beforeEach(async () => {
	bench = await startClientBench();
});

afterEach(() => bench.close());

const fail = (): never => {
	throw new Error('the listener is broken');
};

it('of notices', async () => {
	bench.cache.onNotice = fail;
	bench.simulator.revoke(bench.identity.keyId);
	expect(await bench.client().send(notification(1))).toMatchObject({ outcome: 'rejected', status: 403 });
});

it('of traces', async () => {
	const cache = new SessionCache({ trace: fail });
	expect(await bench.client({ cache }).send(notification(1))).toMatchObject({ outcome: 'accepted' });
	cache.close();
});
