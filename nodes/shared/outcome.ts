/** How a request to APNs ended: exactly one of four outcomes, always settled, never thrown. */

/** `not sent` is proven (never left, refused, or above GOAWAY's last stream); `unknown` left, and no answer came. */
export type OutcomeName = 'accepted' | 'rejected' | 'not sent' | 'unknown';

/** A text whose references to settings of this package are marked, for those who show them under other names. */
export type MarkedText = string | ReadonlyArray<string | { readonly field: string; readonly choice?: string }>;

/** Why a request has no answer from APNs: a stable code, a sentence, and what to do. Carries no secret. */
export interface Failure {
	/** Stable code of the transport (`transport/errorRows.ts`), such as `connectionRefused` or `deadline`. */
	readonly code: string;
	/** What happened, one sentence. */
	readonly message: string;
	/** What to do next, one sentence. */
	readonly advice: string;
	/** The advice with the settings it names marked; absent where it names none. */
	readonly remedy?: MarkedText;
	/** True when every other request of the same identity and endpoint would fail alike (credential, TLS, DNS …). */
	readonly commonToRun: boolean;
}

/** One time the same request was sent again, and why (for the user's eyes). */
export interface Repeat {
	/** `refused`, `goaway`, `shutdown`, `expiredToken`, `serverError`, `tooManyRequests`, `unknown` … */
	readonly why: string;
	readonly waitedMs: number;
}

export interface Outcome {
	readonly outcome: OutcomeName;
	/** HTTP status of the final answer; undefined when none came. */
	readonly status?: number;
	/** Apple's reason as received, or `undefined` on success. Unknown reasons are kept. */
	readonly reason?: string;
	/** 410 only: when APNs confirmed the token invalid, milliseconds since epoch. */
	readonly unregisteredAtMs?: number;
	/** `apns-id` of the answer, or the one sent. */
	readonly apnsId?: string;
	/** `apns-unique-id` of the answer. */
	readonly apnsUniqueId?: string;
	/** `apns-request-id` of the answer (broadcast, channels). */
	readonly requestId?: string;
	/** `apns-channel-id` of the answer (channel creation). */
	readonly channelId?: string;
	/** Response body, when there was one. */
	readonly body?: Buffer;
	/** Retry-After of the answer, milliseconds from its arrival. */
	readonly retryAfterMs?: number;
	/** How often it was handed to a stream; 0 when it never was. */
	readonly attempts: number;
	readonly repeats: readonly Repeat[];
	/** Set when `outcome` is `not sent` or `unknown`. */
	readonly failure?: Failure;
}
