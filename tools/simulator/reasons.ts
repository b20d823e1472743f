/** Every reason of Apple's answers with its status: "Handling notification responses from APNs", "Handling error responses from APNs" (read 2026). */

export interface ReasonRow {
	readonly status: number;
	/** Spelling seen on the wire where it is not the page's. */
	readonly observed?: string;
}

/** Device pushes. */
export const deviceReasons = {
	BadCollapseId: { status: 400 },
	BadDeviceToken: { status: 400 },
	BadExpirationDate: { status: 400 },
	BadMessageId: { status: 400 },
	BadPriority: { status: 400 },
	BadTopic: { status: 400 },
	DeviceTokenNotForTopic: { status: 400 },
	DuplicateHeaders: { status: 400 },
	IdleTimeout: { status: 400 },
	InvalidPushType: { status: 400 },
	MissingDeviceToken: { status: 400 },
	MissingTopic: { status: 400 },
	PayloadEmpty: { status: 400 },
	TopicDisallowed: { status: 400 },
	BadCertificate: { status: 403 },
	BadCertificateEnvironment: { status: 403 },
	ExpiredProviderToken: { status: 403 },
	Forbidden: { status: 403 },
	InvalidProviderToken: { status: 403 },
	MissingProviderToken: { status: 403 },
	UnrelatedKeyIdInToken: { status: 403 },
	/** APNSwift #229: the wire leaves the `Id` out. */
	BadEnvironmentKeyIdInToken: { status: 403, observed: 'BadEnvironmentKeyInToken' },
	BadPath: { status: 404 },
	MethodNotAllowed: { status: 405 },
	ExpiredToken: { status: 410 },
	Unregistered: { status: 410 },
	PayloadTooLarge: { status: 413 },
	TooManyProviderTokenUpdates: { status: 429 },
	TooManyRequests: { status: 429 },
	InternalServerError: { status: 500 },
	ServiceUnavailable: { status: 503 },
	Shutdown: { status: 503 },
} as const satisfies Record<string, ReasonRow>;

/** Broadcasts and channel management. */
export const broadcastReasons = {
	BadChannelId: { status: 400 },
	BadExpirationDate: { status: 400 },
	BadMessageId: { status: 400 },
	BadPriority: { status: 400 },
	BadRequestParams: { status: 400 },
	BadRequestPayload: { status: 400 },
	CannotCreateChannelConfig: { status: 400 },
	ChannelNotRegistered: { status: 400 },
	FeatureNotEnabled: { status: 400 },
	InvalidPushType: { status: 400 },
	MissingChannelId: { status: 400 },
	MissingPushType: { status: 400 },
	PayloadEmpty: { status: 400 },
	TopicDisallowed: { status: 400 },
	BadCertificate: { status: 403 },
	BadCertificateEnvironment: { status: 403 },
	ExpiredProviderToken: { status: 403 },
	InvalidProviderToken: { status: 403 },
	MissingProviderToken: { status: 403 },
	TopicMismatch: { status: 403 },
	BadPath: { status: 404 },
	MethodNotAllowed: { status: 405 },
	PayloadTooLarge: { status: 413 },
	TooManyProviderTokenUpdates: { status: 429 },
	TooManyRequests: { status: 429 },
	InternalServerError: { status: 500 },
	/** Printed with a blank on the page of this API, without one on the other. */
	ServiceUnavailable: { status: 503 },
	Shutdown: { status: 503 },
} as const satisfies Record<string, ReasonRow>;

/** Reasons about keys are not in the second table, and to be expected there all the same: both APIs check the same tokens. */
export type Reason = keyof typeof deviceReasons | keyof typeof broadcastReasons;

const rows: ReadonlyMap<string, ReasonRow> = new Map<string, ReasonRow>([
	...Object.entries(broadcastReasons),
	...Object.entries(deviceReasons),
]);

/** Status of a reason; 400 for one no table knows. */
export function statusOf(reason: string): number {
	return rows.get(reason)?.status ?? 400;
}

/** A reason as the live service was seen to spell it, or as the page prints it. */
export function spell(reason: string, spelling: 'observed' | 'documented'): string {
	return spelling === 'documented' ? reason : (rows.get(reason)?.observed ?? reason);
}
