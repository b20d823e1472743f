/** Every fault of the matrix: where it may strike, what it does, and which outcome follows by the design's rules. */
import { errorCodes } from '../wire/frames';
import type { OutcomeName } from '../../nodes/shared/outcome';
import { startTunnels, type Treatment } from '../regressions/tunnels';
import { sharedAuthority } from '../../tools/simulator/authority';
import { BEHIND, type PhaseName, STRUCK } from './phases';
import type { World, WorldOptions } from './world';

export interface Expectation {
	/** Outcomes the struck push may have. */
	readonly struck: readonly OutcomeName[];
	/** Outcomes of those behind it and after it; default: accepted. */
	readonly others?: readonly OutcomeName[];
	/** Connections the cell may open at most; default: the budget's. */
	readonly connections?: number;
	/** What no repeat can mend: the last push, after the fault, may be `not sent` as well. */
	readonly lasts?: boolean;
}

export interface Fault {
	readonly name: string;
	readonly group:
		| 'TCP'
		| 'names'
		| 'TLS'
		| 'proxy'
		| 'GOAWAY'
		| 'streams'
		| 'limits and windows'
		| 'answers'
		| 'silence'
		| 'this machine';
	readonly expect: Partial<Record<PhaseName, Expectation>>;
	readonly options?: Partial<WorldOptions>;
	/** The pushes of the cell listen to a signal, and this fires it. */
	readonly stops?: boolean;
	strike(world: World, tools: { readonly stop: () => void }): Promise<void> | void;
	/** The peer answers nothing afterwards that it holds. */
	readonly staysSilent?: boolean;
}

const A: Expectation = { struck: ['accepted'] };
const U: Expectation = { struck: ['unknown'] };
/** Not sent, or sent again in time. */
const NA: Expectation = { struck: ['not sent', 'accepted'] };
const UA: Expectation = { struck: ['unknown', 'accepted'] };
const FAILS: Expectation = { struck: ['not sent'], others: ['not sent'], lasts: true };

const everywhere = (expectation: Expectation): Record<PhaseName, Expectation> => ({
	connecting: expectation,
	TLS: expectation,
	'before SETTINGS': expectation,
	'first request': expectation,
	'request half written': expectation,
	awaiting: expectation,
	'answer half read': expectation,
	idle: expectation,
	draining: expectation,
});
/** What a connection that ends costs: what had left is unknown unless its status had come; the rest goes elsewhere. */
const ended: Record<PhaseName, Expectation> = {
	...everywhere(U),
	connecting: A,
	TLS: A,
	'request half written': A,
	'answer half read': A,
	idle: A,
};
/** The same for one that only goes silent: the deadline of a half-written push comes first. */
const silent: Record<PhaseName, Expectation> = { ...ended, 'request half written': NA };

/** Lets what was sent arrive. */
const turns = async (): Promise<void> => {
	for (let n = 0; n < 20; n += 1) await new Promise(setImmediate);
	await new Promise((resolve) => setTimeout(resolve, 20));
};

const tcp: readonly Fault[] = [
	{
		name: 'TCP refused',
		group: 'TCP',
		// A port nobody listens on, until the client has been told so three times.
		expect: { connecting: FAILS },
		options: {
			lookup: () => ['127.0.0.9'],
		},
		strike: () => undefined,
	},
	{
		name: 'TCP reset',
		group: 'TCP',
		expect: ended,
		async strike(world) {
			(await world.front.connection(1)).reset();
			await turns();
		},
	},
	{
		name: 'FIN',
		group: 'TCP',
		expect: ended,
		async strike(world) {
			(await world.front.connection(1)).fin();
			await turns();
		},
	},
	{
		name: 'black hole',
		group: 'TCP',
		expect: silent,
		staysSilent: true,
		async strike(world) {
			(await world.front.connection(1)).swallow(false);
			world.skipIdle();
		},
	},
	{
		name: 'NAT timeout',
		group: 'TCP',
		expect: silent,
		staysSilent: true,
		async strike(world) {
			(await world.front.connection(1)).swallow(true);
			world.skipIdle();
		},
	},
	{
		name: 'slow peer',
		group: 'TCP',
		expect: everywhere(A),
		async strike(world) {
			(await world.front.connection(1)).slow(50);
		},
	},
	{
		name: 'slow reader',
		group: 'TCP',
		expect: everywhere(A),
		async strike(world) {
			const connection = await world.front.connection(1);
			connection.hold();
			await world.wait(3);
			connection.release();
		},
	},
];

const names: readonly Fault[] = [
	{
		name: 'DNS failure that passes',
		group: 'names',
		expect: { connecting: A },
		options: { lookup: (attempt) => (attempt <= 2 ? [] : ['127.0.0.1']) },
		strike: () => undefined,
	},
	{
		name: 'DNS failure that stays',
		group: 'names',
		expect: { connecting: FAILS },
		options: { lookup: () => [] },
		strike: () => undefined,
	},
	{
		name: 'DNS change',
		group: 'names',
		// The second look-up gives other addresses, the first of which is dead.
		expect: { idle: A, awaiting: U },
		options: { lookup: (attempt) => (attempt === 1 ? ['127.0.0.1'] : ['127.0.0.9', '127.0.0.1']) },
		async strike(world) {
			(await world.front.connection(1)).reset();
			await turns();
		},
	},
];

/** A fatal alert in the clear, as a server sends it before its keys exist (RFC 8446 §6). */
const alert = (name: string, code: number, expectation: Expectation): Fault => ({
	name: `TLS alert: ${name}`,
	group: 'TLS',
	expect: { TLS: expectation },
	async strike(world) {
		const connection = await world.front.connection(1);
		connection.say(Buffer.from([21, 3, 3, 0, 2, 2, code]));
		connection.fin();
		await turns();
	},
});
/** Apple: who was refused closes all connections and opens none until the credential is corrected. */
/** The same where a back-off may have passed before the push that comes next. */
const ALERTED: Expectation = { struck: ['not sent'], others: ['not sent', 'accepted'], lasts: true, connections: 2 };
const CREDENTIAL: Expectation = { struck: ['not sent'], others: ['not sent'], lasts: true, connections: 1 };

const tls: readonly Fault[] = [
	alert('bad certificate', 42, ALERTED),
	alert('certificate revoked', 44, ALERTED),
	alert('certificate expired', 45, ALERTED),
	alert('unknown CA', 48, ALERTED),
	alert('internal error', 80, A),
	{
		name: "server's CA not trusted",
		group: 'TLS',
		expect: { TLS: FAILS },
		options: { trust: sharedAuthority().server().certificatePem },
		strike: () => undefined,
	},
	{
		name: "server's certificate for another name",
		group: 'TLS',
		expect: { TLS: FAILS },
		options: { host: 'api.push.example' },
		strike: () => undefined,
	},
	{
		name: 'ALPN refused',
		group: 'TLS',
		expect: { TLS: FAILS },
		options: { alpn: ['http/1.1'] },
		strike: () => undefined,
	},
	{ name: 'no ALPN', group: 'TLS', expect: { TLS: FAILS }, options: { alpn: [] }, strike: () => undefined },
];

/** A proxy that treats its first CONNECT so, and opens every later one. */
const proxy = (name: string, treatment: Treatment | 'closed', expectation: Expectation): Fault => ({
	name: `proxy: ${name}`,
	group: 'proxy',
	expect: { connecting: expectation },
	options: {
		async proxyPort(servers) {
			if (treatment === 'closed') return (await servers.refused()).port;
			const tunnels = await startTunnels(servers, (nth) => (nth === 1 ? treatment : 'open'));
			return tunnels.port;
		},
	},
	strike: () => undefined,
});
const proxies: readonly Fault[] = [
	proxy('refuses TCP', 'closed', FAILS),
	proxy('cuts the tunnel', 'cut', A),
	proxy('says nothing', 'silent', A),
	proxy('wants another login (407)', 407, FAILS),
	proxy('forbids the host (403)', 403, {
		struck: ['not sent', 'accepted'],
		others: ['not sent', 'accepted'],
		lasts: true,
	}),
	proxy('is overloaded (503)', 503, A),
	proxy('is throttled (429)', 429, A),
];

/** Phases in which the struck push has a stream. */
const withStream = (expectation: Expectation): Partial<Record<PhaseName, Expectation>> => ({
	'first request': expectation,
	'request half written': expectation,
	awaiting: expectation,
	draining: expectation,
});

/** GOAWAY on the first connection; it says nothing more where `cut`. */
const goaway = (
	name: string,
	last: 'none' | 'all',
	code: number,
	debug: string,
	expect: Partial<Record<PhaseName, Expectation>>,
): Fault => ({
	name: `GOAWAY: ${name}`,
	group: 'GOAWAY',
	expect,
	async strike(world) {
		const connection = await world.first();
		const proving = connection.requests.length > 1 || world.told.has(0) ? 1 : 0;
		if (last === 'none') world.disown(STRUCK);
		connection.goaway(last === 'none' ? proving : 0x7fffffff, code, debug);
		await turns();
	},
});
const resent = { ...withStream(A), 'answer half read': A, idle: A };

const goaways: readonly Fault[] = [
	goaway('none processed', 'none', errorCodes.NO_ERROR, '', resent),
	goaway('all processed', 'all', errorCodes.NO_ERROR, '', resent),
	goaway('an error code', 'none', errorCodes.INTERNAL_ERROR, '', resent),
	goaway('ENHANCE_YOUR_CALM', 'none', errorCodes.ENHANCE_YOUR_CALM, '', resent),
	goaway('plain text', 'none', errorCodes.NO_ERROR, 'Maximum active streams violated for this endpoint.', resent),
	goaway('Shutdown as JSON', 'none', errorCodes.NO_ERROR, '{"reason":"Shutdown"}', resent),
	goaway('names the credential', 'none', errorCodes.NO_ERROR, '{"reason":"BadCertificateEnvironment"}', {
		...withStream(CREDENTIAL),
		// The first, graceful GOAWAY had another connection opened.
		draining: { ...CREDENTIAL, connections: 2 },
		idle: CREDENTIAL,
		// Its 200, once whole, proves the credential again.
		'answer half read': { ...CREDENTIAL, struck: ['accepted'], others: ['not sent', 'accepted'], connections: 2 },
	}),
	{
		name: 'GOAWAY: some above the last stream',
		group: 'GOAWAY',
		options: { limit: 2 },
		expect: { awaiting: A },
		async strike(world) {
			const connection = await world.first();
			const streamId = await world.streamOf(STRUCK);
			await world.streamOf(BEHIND).catch(() => undefined);
			if (!world.acceptedByPeer.has(BEHIND)) world.disown(BEHIND);
			connection.goaway(streamId, errorCodes.NO_ERROR);
			await turns();
		},
	},
	{
		name: 'GOAWAY: twice',
		group: 'GOAWAY',
		expect: resent,
		async strike(world) {
			const connection = await world.first();
			connection.goaway(0x7fffffff, errorCodes.NO_ERROR);
			await turns();
			connection.goaway(connection.requests.at(-1)?.streamId ?? 0, errorCodes.NO_ERROR);
			await turns();
		},
	},
];

const reset = (name: keyof typeof errorCodes, expect: Partial<Record<PhaseName, Expectation>>): Fault => ({
	name: `RST_STREAM ${name}`,
	group: 'streams',
	expect,
	async strike(world) {
		const connection = await world.first();
		if (name === 'REFUSED_STREAM') world.disown(STRUCK);
		else world.forgetHeld(STRUCK);
		// One stream at a time: the last one is the struck push's.
		connection.reset(connection.framesOf('HEADERS').at(-1)?.streamId ?? 0, errorCodes[name]);
		await turns();
	},
});
const afterReset = { ...withStream(U), 'request half written': A, 'answer half read': A };

const streams: readonly Fault[] = [
	reset('INTERNAL_ERROR', afterReset),
	reset('CANCEL', afterReset),
	reset('NO_ERROR', afterReset),
	reset('ENHANCE_YOUR_CALM', afterReset),
	reset('REFUSED_STREAM', { ...withStream(A), 'answer half read': A }),
	{
		name: 'storm of REFUSED_STREAM',
		group: 'streams',
		expect: { awaiting: A, idle: A },
		options: refusing(6),
		strike: () => undefined,
	},
	{
		name: 'refuses every stream for ever',
		group: 'streams',
		expect: {
			idle: { struck: ['not sent'], others: ['not sent', 'accepted'], lasts: true },
		},
		options: refusing(Infinity),
		strike: () => undefined,
	},
];

/** Refuses so many streams after the proof, one push after the other. */
function refusing(times: number): Partial<WorldOptions> {
	let left = times;
	return {
		limit: 10,
		intercept(connection, { streamId }) {
			if (streamId === 1 || left <= 0) return false;
			left -= 1;
			connection.reset(streamId, errorCodes.REFUSED_STREAM);
			return true;
		},
	};
}

const limits: readonly Fault[] = [
	{
		name: 'limit 0 and back',
		group: 'limits and windows',
		expect: { 'first request': A, awaiting: A, 'answer half read': A, idle: A },
		async strike(world) {
			const connection = await world.first();
			connection.settings({ maxConcurrentStreams: 0 });
			void world.wait(4).then(() => connection.settings({ maxConcurrentStreams: 100 }));
			await turns();
		},
	},
	{
		name: 'limit 1 and back',
		group: 'limits and windows',
		options: { limit: 100 },
		expect: { 'first request': A, awaiting: A, idle: A },
		async strike(world) {
			const connection = await world.first();
			connection.settings({ maxConcurrentStreams: 1 });
			void world.wait(4).then(() => connection.settings({ maxConcurrentStreams: 100 }));
			await turns();
		},
	},
	{
		name: 'limit 0 for ever',
		group: 'limits and windows',
		expect: { 'first request': A, awaiting: A, idle: A },
		async strike(world) {
			(await world.first()).settings({ maxConcurrentStreams: 0 });
			await turns();
		},
	},
	{
		name: 'window never credited',
		group: 'limits and windows',
		expect: { 'request half written': NA },
		staysSilent: true,
		strike: () => undefined,
	},
	{
		name: 'SETTINGS never come',
		group: 'limits and windows',
		expect: { 'before SETTINGS': U },
		staysSilent: true,
		strike: () => undefined,
	},
];

/** The struck push is answered with an error. */
const answer = (status: number, reason: string, retryAfter: string | undefined, expectation: Expectation): Fault => ({
	name: `${status} ${reason}${retryAfter === undefined ? '' : `, Retry-After ${retryAfter}`}`,
	group: 'answers',
	expect: { 'first request': expectation, awaiting: expectation, draining: expectation },
	async strike(world) {
		const connection = await world.first();
		world.disown(STRUCK);
		connection.respond(await world.streamOf(STRUCK), {
			status,
			headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
			body: JSON.stringify({ reason }),
		});
		await turns();
	},
});
const R: Expectation = { struck: ['rejected'] };

const answers: readonly Fault[] = [
	answer(429, 'TooManyRequests', undefined, A),
	answer(429, 'TooManyRequests', '1', A),
	answer(429, 'TooManyRequests', '86400', R),
	answer(500, 'InternalServerError', undefined, R),
	answer(500, 'InternalServerError', '5', R),
	answer(503, 'ServiceUnavailable', undefined, R),
	answer(503, 'ServiceUnavailable', '5', R),
	answer(503, 'Shutdown', undefined, A),
	answer(400, 'IdleTimeout', undefined, A),
	answer(400, 'BadDeviceToken', undefined, R),
	answer(410, 'Unregistered', undefined, R),
];

const silence: readonly Fault[] = [
	{
		name: 'never answered',
		group: 'silence',
		expect: { 'first request': U, awaiting: U, 'answer half read': A, draining: U },
		staysSilent: true,
		strike: () => undefined,
	},
	{
		name: 'PING unanswered',
		group: 'silence',
		options: { deafToPings: true },
		expect: { awaiting: U, idle: A, draining: U },
		staysSilent: true,
		async strike(world) {
			(await world.front.connection(1)).swallow(false);
			world.skipIdle();
		},
	},
];

const machine: readonly Fault[] = [
	{
		name: 'wall clock an hour ahead',
		group: 'this machine',
		expect: everywhere(A),
		strike: (world) => world.skipWall(3_600_000),
	},
	{
		name: 'wall clock an hour back',
		group: 'this machine',
		expect: everywhere(A),
		strike: (world) => world.skipWall(-3_600_000),
	},
	{
		name: 'event loop stands still',
		group: 'this machine',
		expect: everywhere(UA),
		strike() {
			// Seven seconds of the fast clock: longer than a PING may take.
			Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 350);
		},
	},
	{
		name: '1,000 stops at once',
		group: 'this machine',
		stops: true,
		expect: {
			connecting: { struck: ['not sent'], others: ['not sent', 'accepted'] },
			TLS: { struck: ['not sent'], others: ['not sent', 'accepted'] },
			'before SETTINGS': { struck: ['unknown'], others: ['not sent', 'accepted'] },
			'first request': { struck: ['unknown'], others: ['not sent', 'accepted'] },
			'request half written': { struck: ['not sent'], others: ['not sent', 'accepted'] },
			awaiting: { struck: ['unknown'], others: ['not sent', 'accepted'] },
			'answer half read': { struck: ['accepted'], others: ['not sent', 'accepted'] },
			draining: { struck: ['unknown'], others: ['not sent', 'unknown', 'accepted'] },
		},
		async strike(_world, { stop }) {
			stop();
			await turns();
		},
	},
];

export const faults: readonly Fault[] = [
	...tcp,
	...names,
	...tls,
	...proxies,
	...goaways,
	...streams,
	...limits,
	...answers,
	...silence,
	...machine,
];
