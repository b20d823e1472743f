/** What this process tells of itself: its tokens and connections as they are, whoever made them, and no secret. */
import { ApnsClient, processCache } from '../../../nodes/shared/client/apnsClient';
import { processStatistics, processTokens } from '../../../nodes/shared/client/process';
import { createSigningKey } from '../../../tools/simulator/authority';

it('lists the tokens in use and the lanes of every client that was not given others', async () => {
	const { keyId, privateKeyPem } = createSigningKey();
	const endpoint = { host: 'push.invalid', port: 443 };
	const client = new ApnsClient({
		identity: { type: 'token', teamId: 'TEAM000001', keyId, privateKeyPem },
		endpoint,
		managementEndpoint: endpoint,
		processEnvironment: {},
	});
	const token = await client.token(0);
	client.lane('push');
	const statistics = processStatistics();
	expect(statistics.tokenAgesMs).toHaveLength(processTokens.agesMs().length);
	expect(Math.min(...statistics.tokenAgesMs)).toBeLessThan(60_000);
	expect(statistics.lanes).toEqual(processCache.stats());
	expect(statistics.lanes).toContainEqual(expect.objectContaining({ endpoint: 'push.invalid:443' }));
	expect(JSON.stringify(statistics)).not.toContain(token);
	processCache.close();
});
