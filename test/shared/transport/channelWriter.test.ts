/** Acknowledgements count as sent once the channel takes them, at once or when its buffer is empty again. */
import { ClientProtocol } from '../../../nodes/shared/http2/clientProtocol';
import { ChannelWriter } from '../../../nodes/shared/transport/channelWriter';
import type { Channel } from '../../../nodes/shared/transport/network';
import { pingFrame, settingsFrame } from '../../wire/frames';

/** A channel whose buffer is full after each write, as one of more than 16 KB is. */
const channel: Channel = {
	alpnProtocol: 'h2',
	listen: () => undefined,
	write: () => false,
	cork: () => undefined,
	uncork: () => undefined,
	end: () => undefined,
	destroy: () => undefined,
	keepAlive: () => undefined,
};

it.each([
	['keeps a connection whose buffer empties between the PINGs of a server', true, 0],
	['ends one that takes no acknowledgement', false, 1],
])('%s', (_name, empties, errors) => {
	let seen = 0;
	const protocol = new ClientProtocol<undefined>({
		onSettings: () => undefined,
		onStreamEnd: () => undefined,
		onGoaway: () => undefined,
		onPingAcknowledged: () => undefined,
		onConnectionError: () => (seen += 1),
	});
	const writer = new ChannelWriter(protocol.output, () => protocol.acknowledgementsSent());
	writer.attach(channel);
	protocol.receive(settingsFrame({}), 0);
	for (let second = 1; second <= 3_000; second += 1) {
		protocol.receive(pingFrame(Buffer.alloc(8), false), second * 1_000);
		writer.flush();
		if (empties) writer.drained();
	}
	expect(seen).toBe(errors);
});
