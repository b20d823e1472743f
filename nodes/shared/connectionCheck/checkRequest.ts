/** The harmless request of a connection check, and what its answer says about the credential. */
import { certificateTopic } from '../apns/certificateChecks';
import type { ProviderIdentity } from '../apns/identity';
import type { Notification } from '../apns/notification';
import { describeReason, isAboutProviderToken, isCommonToRun, parseReasonBody } from '../apns/reasons';
import type { Attempt } from '../transport/request';
import type { Finding, ReportDetails } from './connectionReport';

export interface Probe {
	readonly identity: ProviderIdentity;
	readonly bundleId: string | undefined;
}

/** No device has this token: APNs checks the credential before it looks at it (Apple, "Sending notification requests to APNs"). */
const NO_DEVICE = '0'.repeat(64);
const PAYLOAD = Buffer.from('{"aps":{"content-available":1}}');

/** A background push at low priority that is not stored: were there such a device, nobody would notice. */
export function probeNotification({ identity, bundleId }: Probe): Notification {
	const topic = bundleId ?? (identity.type === 'certificate' ? certificateTopic(identity.facts, undefined) : undefined);
	return { deviceToken: NO_DEVICE, topic, pushType: 'background', priority: 5, expirationSeconds: 0, payload: PAYLOAD };
}

/** An answer about the device shows that the credential was accepted. */
export function judgeAnswer(attempt: Attempt & { kind: 'answered' }, probe: Probe): Finding {
	const { status } = attempt;
	const topic = probeNotification(probe).topic ?? null;
	if (status >= 200 && status < 300) return { ok: true, details: { topic, status, credentialAccepted: true } };
	const { reason } = parseReasonBody(attempt.body);
	const row = describeReason(status, reason);
	const details: ReportDetails = { topic, status, reason: reason ?? null, meaning: row.meaning };
	// Without a topic APNs can only say that it is missing: the credential has passed.
	const topicUnknown = row.scope === 'topic' && topic === null;
	// 404 and 405 come from a server or port that does not take pushes, before it looks at a credential.
	const otherService = status === 404 || status === 405 || status < 200;
	if (!otherService && !isAboutProviderToken(row) && (!isCommonToRun(row) || topicUnknown)) {
		return { ok: true, details: { ...details, credentialAccepted: true } };
	}
	return {
		ok: false,
		details,
		message: `APNs answered ${status}${reason === undefined ? '' : ` ${reason}`}: ${row.meaning}`,
		advice: row.advice,
	};
}
