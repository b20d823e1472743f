/** This package as its nodes send: one stream of pushes through `sendEach`, payload encoding and result included. */
const { measure } = require('./common.cjs');
const { client, push } = require('./oursCommon.cjs');

function* pushes(count) {
	for (let n = 0; n < count; n++) yield push(n);
}

void measure(async (count) => {
	let lost = 0;
	await client.sendEach(pushes(count), ({ outcome }) => {
		if (outcome !== 'accepted') lost += 1;
	});
	return lost;
});
