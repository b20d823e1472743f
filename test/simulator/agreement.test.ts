/** The simulator's facts and the client's were typed apart; here they are held against each other. */
import { BROADCAST_MAX_PAYLOAD_BYTES, pushTypeRows, topicFor } from '../../nodes/shared/apns/pushTypes';
import { reasonRows } from '../../nodes/shared/apns/reasons';
import { limits, pushTypes } from '../../tools/simulator/facts';
import { broadcastReasons, deviceReasons, spell } from '../../tools/simulator/reasons';

const ours = new Map<string, number>(
	Object.entries({ ...broadcastReasons, ...deviceReasons }).map(([reason, { status }]) => [reason, status]),
);

test('both know the same reasons with the same statuses, in every spelling', () => {
	const theirs = new Map(reasonRows.map(({ reason, status }) => [reason, status]));
	for (const [reason, status] of ours) {
		expect([reason, theirs.get(reason)]).toEqual([reason, status]);
		expect([reason, theirs.get(spell(reason, 'observed'))]).toEqual([reason, status]);
	}
	const spellings = new Set(
		[...ours.keys()]
			.flatMap((reason) => [reason, spell(reason, 'observed')])
			.map((reason) => reason.replaceAll(' ', '')),
	);
	expect([...theirs.keys()].filter((reason) => !spellings.has(reason.replaceAll(' ', '')))).toEqual([]);
});

test('both know the same push types, with the same topics and sizes, and the client allows no priority that is refused', () => {
	expect(pushTypeRows.map(({ value }) => value).sort()).toEqual(Object.keys(pushTypes).sort());
	for (const row of pushTypeRows) {
		const own = pushTypes[row.value];
		expect([row.value, topicFor('com.example.app', row), row.maxPayloadBytes]).toEqual([
			row.value,
			`com.example.app${own?.suffix}`,
			own?.maxBytes,
		]);
		expect(row.priorities.filter((priority) => own?.refusedPriorities.includes(String(priority)))).toEqual([]);
	}
	expect(BROADCAST_MAX_PAYLOAD_BYTES).toBe(limits.maxBroadcastBytes);
});
