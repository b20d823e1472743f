/** This package, through its public ApnsClient: a promise per push, payload encoding and result included. */
const { settings, pump, measure } = require('./common.cjs');
const { client, push } = require('./oursCommon.cjs');

const send = async (n) => {
	const outcome = await client.send(push(n));
	return outcome.outcome === 'accepted';
};

void measure((count) => pump(count, settings.streams * (settings.connections ?? 1), send));
