/** Measures what a piece of work does to the event loop of its process: how late a timer of one millisecond fires, and how much of that was garbage collection. */
'use strict';
const { PerformanceObserver, performance } = require('node:perf_hooks');
const v8 = require('node:v8');

/** Processor time of this thread, milliseconds; of the whole process before Node 23.9. */
function cpuNow() {
	const { user, system } = process.threadCpuUsage?.() ?? process.cpuUsage();
	return (user + system) / 1000;
}

/** Gaps worth keeping one by one. */
const NOTABLE_MS = 3;

/** Memory of JavaScript objects and buffers, megabytes; garbage included until it is collected. */
function heapMb() {
	const { used_heap_size: heap, external_memory: external } = v8.getHeapStatistics();
	return (heap + external) / 1048576;
}

function percentile(sorted, share) {
	return sorted.length === 0 ? 0 : sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/** Runs `work`; returns its result and the figures, in milliseconds and megabytes. */
async function measure(work) {
	const collections = [];
	const observer = new PerformanceObserver((list) => {
		for (const { startTime, duration } of list.getEntries()) collections.push([startTime, startTime + duration]);
	});
	observer.observe({ entryTypes: ['gc'] });
	global.gc?.();
	const heapBeforeMb = heapMb();
	let heapPeakMb = heapBeforeMb;
	const delays = [];
	const gaps = [];
	let peakMb = 0;
	let running = true;
	let last = performance.now();
	let lastCpu = cpuNow();
	const look = () => {
		const now = performance.now();
		delays.push(now - last - 1);
		const cpu = cpuNow();
		// On a busy machine a gap is mostly other programs: the thread's own processor time bounds its work.
		if (now - last > NOTABLE_MS) gaps.push([last, now, cpu - lastCpu]);
		lastCpu = cpu;
		if (delays.length % 16 === 0) {
			peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1048576);
			heapPeakMb = Math.max(heapPeakMb, heapMb());
		}
		last = now;
	};
	const tick = () => {
		if (!running) return;
		look();
		setTimeout(tick, 1);
	};
	setTimeout(tick, 1);
	const cpu = process.cpuUsage();
	const startedMs = performance.now();
	let result;
	let error;
	try {
		result = await work();
	} catch (thrown) {
		error = thrown;
	}
	const ms = performance.now() - startedMs;
	const { user, system } = process.cpuUsage(cpu);
	look();
	running = false;
	peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1048576);
	heapPeakMb = Math.max(heapPeakMb, heapMb());
	// What is left of it once the garbage is gone: the result items.
	global.gc?.();
	const heapKeptMb = heapMb() - heapBeforeMb;
	// Entries of the garbage collector are delivered in later turns of the loop.
	await new Promise((resolve) => setTimeout(resolve, 20));
	observer.disconnect();
	// A gap is work less the collections that overlap it.
	const own = gaps.map(
		([from, to, busy]) =>
			Math.min(busy, to - from - 1) -
			collections.reduce((sum, [begun, ended]) => sum + Math.max(0, Math.min(to, ended) - Math.max(from, begun)), 0),
	);
	delays.sort((one, other) => one - other);
	const figures = {
		ms,
		cpuMs: (user + system) / 1000,
		delayP50: percentile(delays, 0.5),
		delayP99: percentile(delays, 0.99),
		delayMax: delays.at(-1) ?? 0,
		longestOwn: Math.max(0, ...own),
		gcMs: collections.reduce((sum, [begun, ended]) => sum + ended - begun, 0),
		peakMb,
		heapGrowthMb: heapPeakMb - heapBeforeMb,
		heapKeptMb,
	};
	return { result, error, figures };
}

module.exports = { measure };
