/** Every duration, limit and count of the transport, each with its reason. `docs/connection-lifetime.md` lists them all. */

export const timing = {
	/** Name resolution, TCP, proxy and TLS together; undici and grpc-js use the same order of magnitude. */
	connectTimeoutMs: 10_000,
	/** The next address of a name is tried after so long, while earlier attempts go on (RFC 8305 §5 recommends 250 ms). */
	nextAddressAfterMs: 250,
	/** An address whose TLS handshake failed is tried last for so long: an hour is longer than a faulty front end usually stays. */
	badAddressMemoryMs: 3_600_000,
	/** TCP keep-alive begins after this silence: below the timeout of common NATs. */
	tcpKeepAliveMs: 60_000,
	/** From the end of TLS to the first SETTINGS frame. */
	settingsTimeoutMs: 10_000,
	/** After so much silence the first use asks whether the peer is still there: NATs forget idle connections. */
	probeAfterSilenceMs: 60_000,
	/** With streams open and nothing arriving, a PING after so long: before the streams' own deadlines where possible. */
	pingWhileBusyMs: 30_000,
	/** No byte so long after the PING was written: dead. Several round trips around the world. */
	pingTimeoutMs: 5_000,
	/** The PING itself could not be written for so long: dead as well. */
	pingWriteTimeoutMs: 15_000,
	/** Streams are open and none was answered for so long: the connection takes no more, and the queue moves to another. */
	wedgedAfterMs: 10_000,
	/** Requests wait while nothing is in flight (stream limit 0, a window that is never credited): a PING after so long, and after as long again another connection. */
	blockedAfterMs: 10_000,
	/** A stream that was given up counts against the connection once it has stayed unanswered for so long. */
	abandonedAfterMs: 5_000,
	/** Share of the stream limit, in percent, that may stay unanswered (but at least one stream); above it the connection is replaced. */
	abandonedPercent: 10,
	/** Connections of a refused credential finish what they can within this (Apple: close all connections). */
	credentialDrainMs: 5_000,
	/** The peer gets so long to close after our GOAWAY and FIN. */
	closeTimeoutMs: 1_000,
	/** Refused streams wait for the next answer or SETTINGS; with nothing in flight, so long. */
	refusedHoldMs: 1_000,
	/** A push that was refused so often is reported: a server that refuses every stream would refuse it for ever. */
	maxRefusals: 5,
	/** RST_STREAM of our own within `resetPeriodMs`: more draws ENHANCE_YOUR_CALM (defences against CVE-2023-44487). */
	maxResets: 100,
	/** The time in which resets are counted. */
	resetPeriodMs: 30_000,
	/** Unused for so long: closed. Apple asks to keep connections for hours; a cache without users must not keep them for ever. */
	idleTimeoutMs: 12 * 3_600_000,
	/** The same for connections of an identity whose credential has changed. */
	supersededIdleTimeoutMs: 300_000,
	/** An identity that comes back within this time after its credential changed makes the credential an alternating one. */
	alternatingWithinMs: 3_600_000,
	/** First delay before the next connection, doubling with each failure (pushy's choice after field reports). */
	firstBackoffMs: 1_000,
	/** Longest such delay. Apple: who connects again and again may be taken for an attack. */
	longestBackoffMs: 60_000,
	/** First pause of an identity whose credential was refused, doubling. */
	firstPauseMs: 10_000,
	/** Longest such pause. */
	longestPauseMs: 600_000,
	/** Failed openings in a row after which waiting requests learn why: the first, and two more after about 1 and 2 s. */
	failuresBeforeTelling: 3,
	/** While connections fail, a request waits no longer than this to learn why. */
	longestSilenceMs: 30_000,
	/** How often this is looked at. */
	silenceLookMs: 1_000,
	/** Openings an identity may make at one endpoint at once, beside the back-off of failures. */
	openingBurst: 8,
	/** One more opening comes back after so long. */
	openingEveryMs: 5_000,
	/** Openings at one endpoint at once, all identities together. */
	endpointOpeningBurst: 64,
	/** One more comes back after so long. */
	endpointOpeningEveryMs: 1_000,
	/** Accepted requests after which a connection's opening is paid back: it has earned its cost. */
	acceptedToPayBack: 100,
	/** Waiting requests that earn a further connection: a tenth of the stream limit Apple was seen to give. */
	backlogForAnother: 100,
	/** Octets kept of the body of an answer that was cut: its reason takes under 100, and a thousand endless answers take 4 MB. */
	cutBodyBytes: 4_096,
	/** Waiting requests are settled in slices of so many, so that other work of the process gets its turn: about a millisecond each. */
	settleSlice: 250,
	/** How often the limits of waiting requests are looked at, at the most. */
	queueLookMs: 100,
	/** A connection must be so old before `TopicDisallowed` and its like earn a new one: a fresh one knows what there is to know. */
	youngConnectionMs: 60_000,
	/** So long must lie between two replacements for the same cause. */
	sameCausePauseMs: 3_600_000,
	/** Causes remembered for this. */
	maxCauses: 1_000,
	/** Idle lanes kept: more identities than a large installation has, a bound against credentials made by expressions. */
	maxLanes: 256,
	/** Pauses, back-offs and opening budgets remembered; the ones that end first make room. */
	maxStandings: 4_096,
	/** Credentials whose current identity is remembered. */
	maxOwners: 1_024,
} as const;
