/** A page full of what the phones can show: for its pictures, and for a look by hand. */
import type { Sender } from './sender';

const seconds = (fromNow: number): number => Math.floor(Date.now() / 1000) + fromNow;

/** Sends one of everything, in an order that looks like a day. */
export async function fillPage(sender: Sender): Promise<void> {
	const { token, push, liveActivity } = sender;
	const ada = token('ada');
	const ben = token('ben');
	const chloe = token('chloe');
	await push(chloe, { aps: { alert: 'Your weekly summary is ready', 'interruption-level': 'passive' } });
	await push(ben, { aps: { 'content-available': 1 } }, { 'apns-push-type': 'background', 'apns-priority': '5' });
	for (const text of ['Lunch at one?', 'The usual place', 'I got us a table by the window'])
		await push(ada, {
			aps: {
				alert: { 'title-loc-key': 'MESSAGE_TITLE', 'title-loc-args': ['Grace'], body: text },
				'thread-id': 'chat-grace',
				sound: 'default',
				badge: 3,
			},
		});
	await push(ben, {
		aps: {
			alert: {
				'title-loc-key': 'ORDER_SHIPPED_TITLE',
				'loc-key': 'ORDER_SHIPPED_BODY',
				'loc-args': ['4711', '27.11.'],
			},
			sound: 'chime.caf',
			badge: 1,
		},
	});
	for (const percent of [71, 83, 92])
		await push(
			chloe,
			{
				aps: {
					alert: { title: 'Disk is filling up', subtitle: 'db-2', body: `${percent} % of /var is in use` },
					sound: 'default',
				},
			},
			{ 'apns-collapse-id': 'disk-db-2' },
		);
	await push(chloe, {
		aps: {
			alert: {
				'title-loc-key': 'ALARM_TITLE',
				'title-loc-args': ['web-3'],
				'loc-key': 'ALARM_BODY',
				'loc-args': ['09:41'],
			},
			'interruption-level': 'time-sensitive',
			sound: 'default',
			badge: 12,
		},
	});
	await push(token('watch'), {
		aps: {
			alert: { title: 'web-3 is down', body: 'Nobody has acknowledged for ten minutes.' },
			'interruption-level': 'critical',
			sound: { critical: 1, name: 'alarm.caf', volume: 0.8 },
		},
	});
	await liveActivity(token('ada', 'start'), {
		event: 'start',
		'attributes-type': 'MatchAttributes',
		attributes: { title: 'Cup final', home: 'Blue', away: 'Red' },
		'content-state': { home: 0, away: 0, minute: 1 },
		alert: { title: 'Kick-off', body: 'Blue against Red' },
	});
	await liveActivity(token('ada', 'activity'), {
		event: 'update',
		'content-state': { home: 2, away: 1, minute: 67 },
		alert: { title: 'Goal for Blue!', body: '2 – 1' },
		'stale-date': seconds(3600),
	});
	const channel = await sender.createChannel();
	await sender.broadcast(channel, {
		event: 'update',
		'content-state': { home: 1, away: 1, minute: 54 },
		'stale-date': seconds(-5),
	});
	await push('ab'.repeat(32), { aps: { alert: 'Hello' } }, { authorization: undefined });
	await push(ada, { aps: { alert: 'x'.repeat(5000) } });
	await push(
		token('chloe', 'voip'),
		{ caller: 'Front desk', room: '12', callId: 'c-81' },
		{ 'apns-topic': 'com.example.app.voip', 'apns-push-type': 'voip', 'apns-expiration': '0' },
	);
}
