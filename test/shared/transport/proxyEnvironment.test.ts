/** HTTPS_PROXY and NO_PROXY: which proxy a host gets. */
import fc from 'fast-check';
import { proxyFromEnvironment } from '../../../nodes/shared/transport/proxyEnvironment';

const apple = { host: 'api.push.apple.com', port: 443 };
const proxy = 'http://user:secret@proxy.example:3128';

it.each<readonly [string, Record<string, string | undefined>, string | undefined]>([
	['nothing', {}, undefined],
	['an empty value', { HTTPS_PROXY: ' ' }, undefined],
	['upper case', { HTTPS_PROXY: proxy }, proxy],
	['lower case', { https_proxy: proxy }, proxy],
	['lower case before upper case', { https_proxy: proxy, HTTPS_PROXY: 'http://other.example' }, proxy],
	['an empty lower case', { https_proxy: '', HTTPS_PROXY: proxy }, proxy],
	['a blank lower case', { https_proxy: ' ', HTTPS_PROXY: proxy }, proxy],
	['no scheme', { HTTPS_PROXY: 'proxy.example:3128' }, 'http://proxy.example:3128'],
	['no scheme, but one in what follows', { HTTPS_PROXY: 'proxy.example/to://a' }, 'http://proxy.example/to://a'],
	['a scheme of its own', { HTTPS_PROXY: 'https://proxy.example' }, 'https://proxy.example'],
	['HTTP_PROXY, which is for other URLs', { HTTP_PROXY: proxy }, undefined],
])('reads %s', (_what, environment, expected) => {
	expect(proxyFromEnvironment(environment, apple)).toBe(expected);
});

it.each([
	['*', apple, true],
	['api.push.apple.com', apple, true],
	['API.Push.Apple.COM.', apple, true],
	['apple.com', apple, true],
	['.apple.com', apple, true],
	['*.apple.com', apple, true],
	['le.com', apple, false],
	['push.apple.com:443', apple, true],
	['push.apple.com:2197', apple, false],
	['*:443', apple, true],
	['*:2197', apple, false],
	['example.com, apple.com', apple, true],
	['example.com apple.com', apple, true],
	['example.com,,.', apple, false],
	['localhost', { host: 'localhost', port: 8443 }, true],
	['example.com', { host: 'localhost', port: 8443 }, false],
	['127.0.0.1', { host: '127.0.0.1', port: 443 }, true],
	['::1', { host: '::1', port: 443 }, true],
	['[::1]:443', { host: '::1', port: 443 }, true],
	['[::1]:444', { host: '[::1]', port: 443 }, false],
	['[::1]', { host: '::1', port: 443 }, true],
	['[::1]', { host: '::2', port: 443 }, false],
	// Brackets and ports that are none leave a name that no host has.
	['x[::1]:443', { host: '::1', port: 443 }, false],
	['[::1]:443x', { host: '::1', port: 443 }, false],
	['localhost:443x', { host: 'localhost', port: 443 }, false],
	['local[host]', { host: 'localhost', port: 443 }, false],
	['[local]host', { host: 'localhost', port: 443 }, false],
])('NO_PROXY %s for %o: %s', (noProxy, target, exempt) => {
	for (const name of ['NO_PROXY', 'no_proxy']) {
		expect(proxyFromEnvironment({ HTTPS_PROXY: proxy, [name]: noProxy }, target) === undefined).toBe(exempt);
	}
});

it('takes any text without throwing, and exempts a host that is listed among others', () => {
	fc.assert(
		fc.property(fc.string(), fc.array(fc.string()), fc.webUrl(), (value, entries, url) => {
			const { hostname } = new URL(url);
			proxyFromEnvironment({ HTTPS_PROXY: value, NO_PROXY: entries.join(',') }, apple);
			return (
				proxyFromEnvironment(
					{ HTTPS_PROXY: proxy, NO_PROXY: [...entries, hostname].join(',') },
					{ host: hostname, port: 443 },
				) === undefined
			);
		}),
	);
});
