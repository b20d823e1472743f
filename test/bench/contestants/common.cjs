/** What all contestants share: the same pushes, the same measuring, one line of JSON as the result. */
const { randomBytes } = require('node:crypto');

const settings = JSON.parse(process.env.BENCH);

/** 1,000 random device tokens of 64 lower-case digits, made before anything is measured. */
const tokens = Array.from({ length: 1000 }, () => randomBytes(32).toString('hex'));
const deviceToken = (n) => tokens[n % tokens.length];

/** The payload of every push, as the user's object: each contestant encodes it for each push. */
const payload = (n) => ({
	aps: { alert: { title: 'Order shipped', body: `Your order ${n} is on its way` }, sound: 'default' },
});

/** Keeps `inFlight` pushes under way until `count` are done; counts those that `send` does not report as accepted. */
async function pump(count, inFlight, send) {
	let next = 0;
	let lost = 0;
	const lane = async () => {
		while (next < count) {
			const n = next++;
			if ((await send(n)) !== true) lost += 1;
		}
	};
	await Promise.all(Array.from({ length: inFlight }, lane));
	return lost;
}

/** Warms up, measures `run(count)` and prints the result. */
async function measure(run) {
	await run(settings.warmup);
	const cpuBefore = process.cpuUsage();
	const startedAt = performance.now();
	const lost = await run(settings.count);
	const seconds = (performance.now() - startedAt) / 1000;
	const cpu = process.cpuUsage(cpuBefore);
	const result = {
		pushesPerSecond: settings.count / seconds,
		cpuMicrosPerPush: (cpu.user + cpu.system) / settings.count,
		lost,
		peakMemoryMb: process.resourceUsage().maxRSS / 1024,
	};
	process.stdout.write(`${JSON.stringify(result)}\n`, () => process.exit(0));
}

module.exports = { settings, deviceToken, payload, pump, measure };
