/** Live Activities through the node: each event's required and optional keys, and times in every form. */
import type { INodeParameters } from 'n8n-workflow';
import { phone, setUpSendBench } from './sendBench';
import { apnsNode, chain } from './workflows';

const bench = setUpSendBench();
const activity = { recipients: phone, pushType: 'liveactivity' };
const at = '2026-07-19T19:00:00Z';
const atSeconds = Date.UTC(2026, 6, 19, 19) / 1_000;
const start = {
	event: 'start',
	contentState: '{"score":0}',
	attributesType: 'AdventureAttributes',
	attributes: '{"hero":"Power Panda"}',
	title: 'Adventure time!',
};

// prettier-ignore
const valid: ReadonlyArray<readonly [what: string, parameters: INodeParameters, payload: string]> = [
	['a start', { ...start, additionalFields: { timestamp: at } },
		`{"aps":{"timestamp":${atSeconds},"event":"start","content-state":{"score":0},"attributes-type":"AdventureAttributes","attributes":{"hero":"Power Panda"},"alert":{"title":"Adventure time!"}}}`],
	['a start that asks for an update token', { ...start, additionalFields: { timestamp: at, inputPushToken: true } },
		`{"aps":{"timestamp":${atSeconds},"event":"start","content-state":{"score":0},"attributes-type":"AdventureAttributes","attributes":{"hero":"Power Panda"},"alert":{"title":"Adventure time!"},"input-push-token":1}}`],
	['a start that listens to a channel', { ...start, additionalFields: { timestamp: at, inputPushChannel: 'dHN0LXNyY2gtY2hubA==' } },
		`{"aps":{"timestamp":${atSeconds},"event":"start","content-state":{"score":0},"attributes-type":"AdventureAttributes","attributes":{"hero":"Power Panda"},"alert":{"title":"Adventure time!"},"input-push-channel":"dHN0LXNyY2gtY2hubA=="}}`],
	['a silent update', { event: 'update', contentState: '{"score":1}', additionalFields: { timestamp: at } },
		`{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{"score":1}}}`],
	['an update with a localized alert', { event: 'update', contentState: '{"score":1}', additionalFields: { timestamp: at, sound: 'HeroDown.mp4' }, localization: { titleLocKey: '%@ is knocked down!', titleLocArgs: 'Power Panda', locKey: 'Use a potion to heal %@!', locArgs: 'Power Panda' } },
		`{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{"score":1},"alert":{"title":{"loc-key":"%@ is knocked down!","loc-args":["Power Panda"]},"body":{"loc-key":"Use a potion to heal %@!","loc-args":["Power Panda"]},"sound":"HeroDown.mp4"}}}`],
	['an update that grows stale', { event: 'update', contentState: '{"score":1}', additionalFields: { timestamp: at, staleDate: '2026-07-19T21:00:00Z', relevanceScore: 75 } },
		`{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{"score":1},"stale-date":${atSeconds + 7_200},"relevance-score":75}}`],
	['an end with its final state', { event: 'end', contentState: '{"score":2}', additionalFields: { timestamp: at, dismissalDate: '2026-07-19T19:30:00Z' } },
		`{"aps":{"timestamp":${atSeconds},"event":"end","content-state":{"score":2},"dismissal-date":${atSeconds + 1_800}}}`],
	['an end without a state', { event: 'end', additionalFields: { timestamp: at } },
		`{"aps":{"timestamp":${atSeconds},"event":"end"}}`],
	['data of its own', { event: 'update', contentState: '{}', additionalFields: { timestamp: at, customData: '{"match":7}' } },
		`{"aps":{"timestamp":${atSeconds},"event":"update","content-state":{}},"match":7}`],
];

it.each(valid)('sends %s', async (_what, parameters, payload) => {
	const result = await bench.send({ ...activity, ...parameters });
	expect(result.items('Send')[0]?.json).toMatchObject({
		outcome: 'accepted',
		topic: 'com.example.app.push-type.liveactivity',
	});
	expect(bench.body()).toBe(payload);
});

it('stamps a push with the time of the run when none is given', async () => {
	const before = Math.floor(Date.now() / 1_000);
	await bench.send({ ...activity, event: 'update', contentState: '{}' });
	const { aps } = JSON.parse(bench.body()) as { aps: { timestamp: number } };
	expect(aps.timestamp).toBeGreaterThanOrEqual(before);
	expect(aps.timestamp).toBeLessThanOrEqual(Math.ceil(Date.now() / 1_000));
});

// prettier-ignore
const times: ReadonlyArray<readonly [form: string, value: INodeParameters[string]]> = [
	['ISO text', '2026-07-19T21:00:00+02:00'],
	['ISO text without a zone, in the zone of the workflow', '2026-07-19T15:00:00'],
	['a DateTime', '={{ DateTime.fromISO("2026-07-19T19:00:00Z") }}'],
	['a Date', '={{ new Date(Date.UTC(2026, 6, 19, 19)) }}'],
	['seconds', `={{ ${atSeconds} }}`],
	['seconds as text', String(atSeconds)],
	['milliseconds', `={{ ${atSeconds}000 }}`],
];

it.each(times)('takes a time as %s', async (_form, timestamp) => {
	const parameters = { ...activity, event: 'update', contentState: '{}', additionalFields: { timestamp } };
	await bench.engine.run({
		...chain(apnsNode('Send', 'apnsSend', parameters)),
		settings: { timezone: 'America/New_York' },
	});
	expect(JSON.parse(bench.body())).toMatchObject({ aps: { timestamp: atSeconds } });
});

// prettier-ignore
const wrong: ReadonlyArray<readonly [what: string, parameters: INodeParameters, message: RegExp]> = [
	['a start without an alert', { ...start, title: '' }, /^'Alert Title' is empty, but 'Event' Start requires it\.$/],
	['a start that wants both token and channel', { ...start, additionalFields: { inputPushToken: true, inputPushChannel: 'dHN0' } }, /^'Subscribe to Channel' cannot be combined with 'Request Update Token'\.$/],
	['attributes that are no object', { ...start, attributes: '[]' }, /^'Attributes' is not a JSON object\.$/],
	['a state that is no JSON', { event: 'update', contentState: '{"score":' }, /^'Content State' is not valid JSON \(Unexpected end of JSON input\)\.$/],
	['an event of its own', { event: '={{ "pause" }}', contentState: '{}' }, /^'Event' is "pause", which is not a valid value\.$/],
	['a stale date that is no time', { event: 'update', contentState: '{}', additionalFields: { staleDate: 'soon' } }, /^'Stale Date' is "soon", which is not a time\.$/],
];

it.each(wrong)('names what is wrong with %s', async (_what, parameters, message) => {
	const result = await bench.send({ ...activity, ...parameters }, [{}], { onError: 'continueRegularOutput' });
	expect(result.items('Send')[0]?.json).toMatchObject({
		success: false,
		outcome: 'not sent',
		message: expect.stringMatching(message),
	});
	expect(bench.requests()).toEqual([]);
});
