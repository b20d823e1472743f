/** Hosts and ports of APNs by environment, and the environment that a host belongs to. */
import { environmentOfHost, managementEndpoint, pushEndpoint } from '../../../nodes/shared/apns/endpoints';

it('each environment has its hosts and ports', () => {
	expect([pushEndpoint('production'), pushEndpoint('development')]).toEqual([
		{ host: 'api.push.apple.com', port: 443 },
		{ host: 'api.sandbox.push.apple.com', port: 443 },
	]);
	expect([managementEndpoint('production'), managementEndpoint('development')]).toEqual([
		{ host: 'api-manage-broadcast.push.apple.com', port: 2196 },
		{ host: 'api-manage-broadcast.sandbox.push.apple.com', port: 2195 },
	]);
	expect(pushEndpoint('production', 2197)).toEqual({ host: 'api.push.apple.com', port: 2197 });
});

it.each([
	['api.push.apple.com', 'production'],
	['API.push.apple.com.', 'production'],
	['api-manage-broadcast.push.apple.com', 'production'],
	['api.sandbox.push.apple.com', 'development'],
	['api-manage-broadcast.sandbox.push.apple.com', 'development'],
	['api.development.push.apple.com', 'development'],
	['push.example.com', undefined],
	['api.push.apple.com.example.com', undefined],
])('%s belongs to %s', (host, expected) => {
	expect(environmentOfHost(host)).toBe(expected);
});
