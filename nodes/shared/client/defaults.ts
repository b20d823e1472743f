/** Every duration, limit and default of the client, each with its reason. `docs/connection-lifetime.md` lists them all. */

export const defaults = {
	/** From getting a stream to the answer: APNs answers within a second; some requests are never answered. */
	timeoutMs: 30_000,
	/** Waiting for streams, over all attempts of a request: longer than any back-off, shorter than a user's patience. */
	queueTimeoutMs: 300_000,
	/** Connections a client may cause; one carries tens of thousands of pushes a second. */
	maxConnections: 4,
	/** Streams of one client in flight on one connection: the limit Apple was seen to give. */
	maxInFlight: 1_000,
	/** `Shutdown`, `IdleTimeout` and unknown outcomes ask for a new connection; a server that always says so is left alone after so many. */
	maxResends: 5,
	/** Repeats of one device's `TooManyRequests` unless the user says otherwise. */
	throttleRetries: 2,
	/** First pause before the same device is tried again, doubling. Apple names none; below it the answer cannot change. */
	throttleDelayMs: 2_000,
	/** Apple, "Handling notification responses from APNs": retry a server error after 15 minutes. */
	serverErrorDelayMs: 900_000,
	/** A shorter Retry-After counts as this: a server that says 0 must not be asked in a loop. */
	shortestRetryAfterMs: 1_000,
	/** A longer Retry-After is reported at once: a server must not hold a run for days. */
	longestRetryAfterMs: 900_000,
	/** Requests kept under way beyond what can be in flight: enough to show the lane a backlog. */
	extraWindow: 512,
	/** Upper bound of requests under way in one batch: about 25 MB. */
	maxWindow: 40_000,
	/** A token the store called good is used for so long before it is asked again: its age matters by the minute. */
	tokenLookMs: 100,
	/** Pulled at a time when a batch has room: the rest of it stays in flight, or distant servers would wait for pushes. */
	pullAtOnce: 256,
} as const;

/** What a caller may set for itself: from 1 to `most`, and as `initial` where it says nothing. */
export const callerLimits = {
	/** Chosen: more than one process can fill. */
	maxConnections: { initial: defaults.maxConnections, most: 32 },
	/** Chosen: ten times the limit Apple was seen to give; the limit of the server holds as well. */
	maxInFlight: { initial: defaults.maxInFlight, most: 10_000 },
} as const;
