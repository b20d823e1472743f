/** What was seen while connecting, as steps of a report: name resolution, TCP or tunnel, TLS, ALPN. */
import type { CertificateFacts } from '../apns/identity';
import type { ConnectFacts } from '../transport/connectObserver';
import type { TransportError } from '../transport/errors';
import { failed, type Finding, isoTime, type ReportDetails } from './connectionReport';

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

/** When each part of connecting was over, by the clock of the facts; where it never was, when it ended. */
function timesOf({ facts, startedAtMs, endedAtMs }: ConnectView): {
	readonly resolved: number;
	readonly connected: number;
	readonly secured: number;
} {
	return {
		resolved: facts.resolvedAtMs ?? (facts.lookupFailed ? endedAtMs : startedAtMs),
		connected: facts.tunnelAtMs ?? facts.connectedAtMs ?? endedAtMs,
		secured: facts.handshakeAtMs ?? endedAtMs,
	};
}

function tlsDetails({ certificate, error, facts: { handshake } }: ConnectView): ReportDetails {
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
export function nameResolution(view: ConnectView): Finding {
	const { facts, error, host, proxyName, startedAtMs } = view;
	const details: ReportDetails = { name: proxyName ?? host, addresses: facts.addresses };
	// An address instead of a name is not looked up: then the failure is TCP's.
	const isResolved = facts.addresses.length > 0 || facts.connectedAtMs !== undefined;
	const hasFailed = !isResolved && error !== undefined && (facts.lookupFailed || error.code === 'dnsFailed');
	const finding = hasFailed ? failed(error, details) : { ok: true, details };
	return { ...finding, ms: timesOf(view).resolved - startedAtMs };
}

/** TCP, or the tunnel a proxy made. */
export function tcp(view: ConnectView): Finding {
	const { facts, error, proxyName } = view;
	const details: ReportDetails = {
		...(facts.remoteAddress === undefined ? {} : { address: facts.remoteAddress }),
		...(facts.remotePort === undefined ? {} : { port: facts.remotePort }),
		...(proxyName === undefined ? {} : { proxy: proxyName, connectStatus: facts.tunnelStatus ?? null }),
	};
	const tunnelled =
		proxyName === undefined ||
		(facts.tunnelStatus !== undefined && facts.tunnelStatus >= 200 && facts.tunnelStatus < 300);
	const isConnected = error === undefined || (facts.connectedAtMs !== undefined && tunnelled);
	const { connected, resolved } = timesOf(view);
	return { ...(isConnected ? { ok: true, details } : failed(error, details)), ms: connected - resolved };
}

/** The handshake; only ALPN may have failed in it. */
export function tls(view: ConnectView): Finding {
	const { error, facts } = view;
	const details = tlsDetails(view);
	const onlyAlpn = facts.handshake !== undefined && error?.code === 'noHttp2';
	const { connected, secured } = timesOf(view);
	return {
		...(error === undefined || onlyAlpn ? { ok: true, details } : failed(error, details)),
		ms: secured - connected,
	};
}

/** What the handshake chose; it takes no time of its own. */
export function alpn({ error, facts }: ConnectView): Finding {
	const details: ReportDetails = { offered: ['h2'], chosen: facts.handshake?.alpnProtocol ?? null };
	return { ...(error === undefined ? { ok: true, details } : failed(error, details)), ms: 0 };
}
