/** Every duration and count of a connection's life, each with its reason. */

export const timing = {
	/** Name resolution, TCP, proxy and TLS together; undici and grpc-js use the same order of magnitude. */
	connectTimeoutMs: 10_000,
	/** From the end of TLS to the first SETTINGS frame. */
	settingsTimeoutMs: 10_000,
	/** After so much silence the first use asks whether the peer still lives. */
	probeAfterSilenceMs: 60_000,
	/** With streams open and nothing arriving, a PING after so long. */
	pingWhileBusyMs: 30_000,
	/** No byte so long after the PING was written: dead. */
	pingTimeoutMs: 5_000,
	/** The PING itself could not be written for so long: dead as well. */
	pingWriteTimeoutMs: 15_000,
	/** No stream answered for so long (or a third of the shortest timeout): opens no more here. */
	wedgedAfterMs: 10_000,
	/** Streams of a connection that was told to go away still have their own deadlines; this is the last bound. */
	drainTimeoutMs: 60_000,
	/** Polite end: the peer gets so long to close after our GOAWAY and FIN. */
	closeTimeoutMs: 1_000,
	/** Refused streams wait for the next answer or SETTINGS, but not for ever. */
	refusedHoldMs: 1_000,
	/** RST_STREAM of our own within `resetPeriodMs`: more draws ENHANCE_YOUR_CALM (CVE-2023-44487 defences). */
	maxResets: 100,
	resetPeriodMs: 30_000,
	/** Nobody used it for so long: closed, so that a cache nobody finds any more leaves nothing behind. */
	idleTimeoutMs: 12 * 3_600_000,
} as const;
