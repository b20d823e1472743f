/** What must hold when the client opens a stream: limits, one stream before proof, one identity, one id. */
import { cell, type ConnectionRecord } from '../journal';
import type { RequestHead } from './requestHead';
import type { CertificateName, PeerWorld, TokenFacts } from './peerWorld';
import type { Stream } from './stream';

/** More RST_STREAM than this in the time draws ENHANCE_YOUR_CALM from servers that defend themselves. */
const MOST_RESETS = 100;
const RESET_PERIOD_MS = 30_000;

export class RequestChecks {
	/** Facts of the token seen last: nearly all requests carry the same. */
	facts: TokenFacts | undefined;
	/** Tokens of which an answer has shown that they were taken. */
	readonly provenTokens = new Set<string>();
	private lastToken = '';
	private resetTimes: number[] = [];
	/** Identity and version of the connection; undefined while no token has named them. */
	private named: number | undefined;

	constructor(
		private readonly world: Pick<PeerWorld, 'journal' | 'readToken'>,
		private readonly record: ConnectionRecord,
		/** The client's certificate; undefined with a token. */
		private readonly certificate: CertificateName | undefined,
	) {}

	/** Version of the credential its requests carry. */
	get version(): number {
		return this.certificate?.version ?? (this.named ?? 0) % 1_000;
	}

	/** A stream opens beside `open` ones. Returns the version of the credential it carries. */
	check(streamId: number, head: RequestHead, open: ReadonlyMap<number, Stream>, limit: number | undefined): number {
		if (head.kind === 'push' && head.apnsId !== '') this.checkId(head);
		this.checkLimits(streamId, head.token, open, limit);
		return this.checkIdentity(head);
	}

	/** The client sent RST_STREAM. */
	countReset(nowMs: number): void {
		this.resetTimes = this.resetTimes.filter((at) => nowMs - at < RESET_PERIOD_MS);
		this.resetTimes.push(nowMs);
		if (this.resetTimes.length <= MOST_RESETS) return;
		this.world.journal.breach(
			'resetsWithinBudget',
			`${this.resetTimes.length} in 30 s on connection ${this.record.id}`,
		);
	}

	/** A push that is sent again keeps its id. */
	private checkId({ request, apnsId }: RequestHead): void {
		const { journal } = this.world;
		const before = journal.sentIds.get(request);
		if (before === undefined) journal.sentIds.set(request, apnsId);
		else if (before !== apnsId)
			journal.breach('answersBelong', `request ${request} went out as ${before} and as ${apnsId}`);
	}

	private checkLimits(
		streamId: number,
		token: string,
		open: ReadonlyMap<number, Stream>,
		limit: number | undefined,
	): void {
		const { journal } = this.world;
		const where = `stream ${streamId} on connection ${this.record.id}`;
		if (limit !== undefined && open.size >= limit)
			journal.breach('streamsWithinLimit', `${where}: ${open.size} are open, the limit is ${limit}`);
		if (this.certificate !== undefined || this.provenTokens.has(token)) return;
		// One stream until an answer shows that the token was taken; a renewed token begins anew.
		let unproven = 0;
		for (const stream of open.values()) if (!this.provenTokens.has(stream.token)) unproven += 1;
		if (unproven > 0) journal.breach('oneStreamBeforeProof', `${where}: ${unproven} open`);
	}

	/** The identity a request claims; it stays the same on one connection. */
	private checkIdentity({ request, token }: RequestHead): number {
		const { journal } = this.world;
		const owner = cell(journal.pushes.identity, request);
		const mixed = (text: string): void => journal.breach('identitiesKeptApart', text);
		if (this.certificate !== undefined) {
			if (owner !== this.certificate.identity)
				mixed(`request ${request} of identity ${owner} on a connection of certificate ${this.certificate.identity}`);
			return this.certificate.version;
		}
		if (token !== this.lastToken) {
			this.lastToken = token;
			this.facts = this.world.readToken(token);
		}
		const { facts } = this;
		if (facts === undefined) {
			mixed(`request ${request} carries no token of this world`);
			return 0;
		}
		const named = facts.identity * 1_000 + facts.version;
		if (this.named === undefined) {
			this.record.identity = facts.identity;
			this.record.version = facts.version;
			this.named = named;
		} else if (this.named !== named) mixed(`tokens of ${this.named} and ${named} on connection ${this.record.id}`);
		if (facts.identity !== owner) mixed(`request ${request} of identity ${owner} carries a token of ${facts.identity}`);
		return facts.version;
	}
}
