/** Loaded into n8n before everything else (NODE_OPTIONS): measures each execution of the nodes under test, one JSON line each. */
'use strict';
const { appendFileSync } = require('node:fs');
const Module = require('node:module');
const { measure } = require('./loopProbe.cjs');

const file = process.env.BENCH_FIGURES;
const classes = ['ApnsSend', 'BenchPlain', 'BenchKeep', 'BenchApns2', 'Code', 'NoOp'];
/** Whether the run under measurement does its work in one piece: what the slices cost. */
let isUnsliced = false;

/** The same class, whose execute() is measured from entry to exit. */
function measured(Node, name) {
	const { execute } = Node.prototype;
	Node.prototype.execute = async function (...args) {
		const itemCount = this.getInputData().length;
		isUnsliced = this.getWorkflow().name.includes('in one piece');
		const { result, error, figures } = await measure(async () => await execute.apply(this, args));
		appendFileSync(file, `${JSON.stringify({ name, itemCount, ...figures })}\n`);
		if (error !== undefined) throw error;
		return result;
	};
}

/** Slices that are never over while a run is to go in one piece. */
function switchable(Slices) {
	const { get } = Object.getOwnPropertyDescriptor(Slices.prototype, 'isOver');
	Object.defineProperty(Slices.prototype, 'isOver', {
		get() {
			return !isUnsliced && get.call(this);
		},
	});
}

if (file !== undefined) {
	const done = new Set();
	const load = Module._load;
	Module._load = function (...args) {
		const loaded = load.apply(this, args);
		if (typeof loaded !== 'object' || loaded === null) return loaded;
		const Slices = Object.getOwnPropertyDescriptor(loaded, 'Slices')?.value;
		if (typeof Slices === 'function' && !done.has(Slices)) {
			done.add(Slices);
			switchable(Slices);
		}
		for (const name of classes) {
			const Node = Object.getOwnPropertyDescriptor(loaded, name)?.value;
			if (typeof Node !== 'function' || done.has(Node)) continue;
			done.add(Node);
			measured(Node, name);
		}
		return loaded;
	};
}
