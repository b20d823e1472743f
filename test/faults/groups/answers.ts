/** Answers that are no success, and answers that never come. */
import { A, type Expectation, type Fault, turns, U } from '../fault';
import { STRUCK } from '../phases';

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

export const answers: readonly Fault[] = [
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

export const silence: readonly Fault[] = [
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
