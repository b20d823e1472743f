/** The harmless request of a connection check, and what its answer says about the credential. */
import { certificateTopic, coveredPushType } from '../apns/certificateChecks';
import { field, type FieldText, text } from '../apns/fields';
import type { ProviderIdentity } from '../apns/identity';
import type { Notification } from '../apns/notification';
import { describeReason, isAboutProviderToken, isCommonToRun, parseReasonBody, type ReasonRow } from '../apns/reasons';
import { topicFor } from '../apns/pushTypes';
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
	const probe = { deviceToken: NO_DEVICE, priority: 5, expirationSeconds: 0, payload: PAYLOAD };
	if (identity.type === 'token') return { ...probe, topic: bundleId, pushType: 'background' };
	const { facts } = identity;
	if (bundleId === undefined) return { ...probe, topic: certificateTopic(facts, undefined), pushType: 'background' };
	const row = coveredPushType(facts, bundleId);
	return { ...probe, topic: topicFor(bundleId, row), pushType: row?.value ?? 'background' };
}

/** What to do after a check: there is no push to send again, and the topic is the credential's Bundle ID. */
function adviceFor(row: ReasonRow): FieldText {
	if (row.scope === 'server') return "Try again later. Apple's system status page lists outages.";
	if (row.scope === 'topic') return text`Check ${field('bundleId')}, and that the key or certificate covers this app.`;
	return row.advice;
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
		advice: adviceFor(row),
	};
}
