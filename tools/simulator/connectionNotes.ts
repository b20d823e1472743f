/** Writes a connection's page in the journal: who came, and every frame both ways. */
import type { TLSSocket } from 'node:tls';
import type { Frame } from '../../test/wire/frames';
import { flags, frameName, frameTypes, maxStreamId, readSettings } from '../../test/wire/frames';
import type { ClientCertificate } from './certificates';
import type { ConnectionRecord, JournalWriter, PortRole } from './journal';

/** A new page for an established TLS connection. */
export function addConnection(
	journal: JournalWriter,
	socket: TLSSocket,
	about: {
		readonly role: PortRole;
		readonly openedAtMs: number;
		readonly certificate?: ClientCertificate;
		readonly tokenDigests: ReadonlySet<string>;
	},
): ConnectionRecord {
	const { role, openedAtMs, certificate, tokenDigests } = about;
	return journal.addConnection({
		role,
		openedAtMs,
		tlsVersion: socket.getProtocol() ?? 'unknown',
		cipher: socket.getCipher().name,
		alpn: socket.alpnProtocol ?? false,
		serverName: 'servername' in socket && typeof socket.servername === 'string' ? socket.servername : undefined,
		tlsResumed: socket.isSessionReused(),
		clientCertificate:
			certificate === undefined
				? undefined
				: { subject: certificate.subject, fingerprint256: certificate.fingerprint256 },
		requests: 0,
		clientFrames: {},
		serverFrames: {},
		pings: 0,
		resets: [],
		clientSettings: {},
		goaways: [],
		goawaysSent: [],
		resetsSent: [],
		limitsSent: [],
		mostOpenStreams: 0,
		tokenDigests,
	});
}

function readGoaway(payload: Buffer): { lastStreamId: number; code: number; debug: string } {
	return {
		lastStreamId: payload.readUInt32BE(0) & maxStreamId,
		code: payload.readUInt32BE(4),
		debug: payload.subarray(8).toString('utf8'),
	};
}

function count(frames: Record<string, number>, type: number): void {
	const name = frameName(type);
	frames[name] = (frames[name] ?? 0) + 1;
}

const acknowledges = (frame: Frame) => (frame.flags & flags.ACK) !== 0;

/** Notes a frame of the client; a malformed one is counted only. */
export function noteClientFrame(record: ConnectionRecord, frame: Frame): void {
	count(record.clientFrames, frame.type);
	const { type, payload, streamId } = frame;
	if (type === frameTypes.RST_STREAM && payload.length === 4)
		record.resets.push({ streamId, code: payload.readUInt32BE(0) });
	else if (type === frameTypes.PING && !acknowledges(frame)) record.pings += 1;
	else if (type === frameTypes.SETTINGS && !acknowledges(frame))
		Object.assign(record.clientSettings, readSettings(payload));
	else if (type === frameTypes.GOAWAY && payload.length >= 8) record.goaways.push(readGoaway(payload));
}

/** Notes a frame of the simulator. */
export function noteServerFrame(record: ConnectionRecord, frame: Frame): void {
	count(record.serverFrames, frame.type);
	const { type, payload, streamId } = frame;
	if (type === frameTypes.RST_STREAM) record.resetsSent.push({ streamId, code: payload.readUInt32BE(0) });
	else if (type === frameTypes.GOAWAY) record.goawaysSent.push(readGoaway(payload));
	else if (type === frameTypes.SETTINGS && !acknowledges(frame)) {
		const limit = readSettings(payload).maxConcurrentStreams;
		if (limit !== undefined) record.limitsSent.push(limit);
	}
}
