/** What was seen while connecting, as steps of a report: name resolution, TCP or tunnel, TLS, ALPN. */
import type { CertificateFacts } from '../apns/identity';
import type { ConnectFacts, HandshakeFacts } from '../transport/connectObserver';
import type { TransportError } from '../transport/errors';
import { failed, type Finding, isoTime, type ReportBuilder, type ReportDetails } from './connectionReport';

export interface ConnectView {
	/** Of the endpoint. */
	readonly host: string;
	/** `http://host:port` without login; undefined when connected directly. */
	readonly proxyName: string | undefined;
	/** The provider certificate shown. */
	readonly certificate: CertificateFacts | undefined;
	readonly facts: ConnectFacts;
	/** When connecting began and ended, by the clock of the facts. */
	readonly startedAtMs: number;
	readonly endedAtMs: number;
	/** Why it failed; undefined when TLS and ALPN are done. */
	readonly error: TransportError | undefined;
}

/** What a provider certificate says of itself. */
export function certificateDetails(facts: CertificateFacts): ReportDetails {
	return {
		subject: facts.commonName,
		topics: facts.topics,
		environments: facts.environments,
		validFrom: isoTime(facts.notBeforeMs),
		expiresAt: isoTime(facts.notAfterMs),
		sha256: facts.fingerprint256,
	};
}

function tlsDetails({ certificate, error }: ConnectView, handshake: HandshakeFacts | undefined): ReportDetails {
	return {
		...(handshake === undefined
			? {}
			: {
					version: handshake.version ?? null,
					cipher: handshake.cipher ?? null,
					authorized: error === undefined || error.code === 'noHttp2',
					serverCertificates: handshake.chain.map(({ subject, issuer, notAfterMs }) => ({
						subject,
						issuer,
						expiresAt: isoTime(notAfterMs),
					})),
				}),
		...(certificate === undefined ? {} : { clientCertificate: certificateDetails(certificate) }),
	};
}

/** A name was found, or none was needed. */
function resolution({ facts, error, host, proxyName }: ConnectView): Finding {
	const details: ReportDetails = { name: proxyName ?? host, addresses: facts.addresses };
	if (facts.addresses.length > 0 || facts.connectedAtMs !== undefined || error === undefined)
		return { ok: true, details };
	// An address instead of a name is not looked up: then the failure is TCP's.
	return facts.lookupFailed || error.code === 'dnsFailed' ? failed(error, details) : { ok: true, details };
}

function tcp({ facts, error, proxyName }: ConnectView): Finding {
	const details: ReportDetails = {
		...(facts.remoteAddress === undefined ? {} : { address: facts.remoteAddress }),
		...(facts.remotePort === undefined ? {} : { port: facts.remotePort }),
		...(proxyName === undefined ? {} : { proxy: proxyName, connectStatus: facts.tunnelStatus ?? null }),
	};
	const tunnelled =
		proxyName === undefined ||
		(facts.tunnelStatus !== undefined && facts.tunnelStatus >= 200 && facts.tunnelStatus < 300);
	if (error === undefined || (facts.connectedAtMs !== undefined && tunnelled)) return { ok: true, details };
	return failed(error, details);
}

/** Adds the four steps. */
export function addConnectSteps(report: ReportBuilder, view: ConnectView): void {
	const { facts, error, startedAtMs, endedAtMs } = view;
	const { handshake } = facts;
	const resolvedAtMs = facts.resolvedAtMs ?? (facts.lookupFailed ? endedAtMs : startedAtMs);
	const connectedAtMs = facts.tunnelAtMs ?? facts.connectedAtMs ?? endedAtMs;
	const details = tlsDetails(view, handshake);
	const onlyAlpn = handshake !== undefined && error?.code === 'noHttp2';
	report.add('nameResolution', resolvedAtMs - startedAtMs, resolution(view));
	report.add('tcp', connectedAtMs - resolvedAtMs, tcp(view));
	report.add(
		'tls',
		(facts.handshakeAtMs ?? endedAtMs) - connectedAtMs,
		error === undefined || onlyAlpn ? { ok: true, details } : failed(error, details),
	);
	const alpn: ReportDetails = { offered: ['h2'], chosen: handshake?.alpnProtocol ?? null };
	report.add('alpn', 0, error === undefined ? { ok: true, details: alpn } : failed(error, alpn));
}
