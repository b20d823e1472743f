/** The state of a lane as numbers and words for reports and monitoring, never a secret. */

export interface ConnectionStats {
	readonly state: string;
	/** Streams open now that somebody waits for. */
	readonly activeStreams: number;
	/** Streams given up that the server has not ended. */
	readonly abandonedStreams: number;
	/** Streams opened so far. */
	readonly streams: number;
	/** Final statuses received, and how many of them were 2xx. */
	readonly answers: number;
	readonly accepted: number;
	/** Since TLS was done. */
	readonly livedMs: number;
	/** SETTINGS_MAX_CONCURRENT_STREAMS; undefined where the server names none. */
	readonly peerStreamLimit: number | undefined;
}

export interface LaneStats {
	/** `host:port`. */
	readonly endpoint: string;
	/** `serving`, `superseded` (the credential has another identity now) or `closed`. */
	readonly state: string;
	readonly connections: readonly ConnectionStats[];
	/** Requests waiting for a stream. */
	readonly queued: number;
	/** Connections opened since the lane exists. */
	readonly opened: number;
	/** Attempts sent again on their own: refused, or above GOAWAY's last stream. */
	readonly repeats: number;
	/** How long the identity still pauses because its credential was refused; 0 when it does not. */
	readonly pausedForMs: number;
	/** How long no new connection is tried; 0 when one may be. */
	readonly backoffForMs: number;
	/** How long broadcasts wait because APNs throttles them. */
	readonly broadcastsHeldForMs: number;
	/** Why a connection ended last, unless this side wanted it. */
	readonly lastError: string | undefined;
}
