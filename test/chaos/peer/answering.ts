/** When the peer answers, and that the journal knows it: the requests of one reading together, the slow ones apart. */
import { resetFrame } from '../../wire/frames';
import { cell, type ConnectionRecord } from '../journal';
import type { Random } from '../random';
import { statusOf, writeAnswer } from './answerShapes';
import type { Habits, PeerWorld } from './peerWorld';
import type { Stream } from './stream';
import type { Verdict } from './verdict';
import { answerId, type FrameWriter } from './wire';

interface Answer {
	readonly stream: Stream;
	readonly verdict: Verdict;
}

/** What answering does to its connection. */
export interface AnsweringOwner {
	/** The stream still waits for its answer. */
	isOpen(stream: Stream): boolean;
	/** The stream is over. */
	onAnswered(stream: Stream, verdict: Verdict): void;
	cut(): void;
	flush(): void;
}

/** An answer that was cut in half is followed by the end of the connection after so long. */
const CUT_AFTER_MS = 20;

export class Answering {
	private batch: Answer[] = [];
	private count = 0;

	constructor(
		private readonly world: Pick<PeerWorld, 'loop' | 'journal'>,
		private readonly record: ConnectionRecord,
		private readonly habits: Habits,
		private readonly random: Random,
		private readonly out: FrameWriter,
		private readonly owner: AnsweringOwner,
	) {}

	add(stream: Stream, verdict: Verdict): void {
		this.batch.push({ stream, verdict });
	}

	/** What was added goes out together, after the time the service takes. */
	schedule(): void {
		const { batch, habits, random } = this;
		const { loop } = this.world;
		if (batch.length === 0) return;
		this.batch = [];
		if (habits.spice > 0 && random.chance(0.2)) batch.reverse();
		const together: Answer[] = [];
		for (const answer of batch) {
			const { delayMs } = answer.verdict;
			if (delayMs === undefined) together.push(answer);
			else loop.arrive(habits.serviceMs + delayMs, () => this.answerAll([answer]));
		}
		if (together.length > 0)
			loop.arrive(habits.serviceMs * (1 + (random.next() * 2 - 1) * habits.serviceSpread), () =>
				this.answerAll(together),
			);
	}

	private answerAll(answers: readonly Answer[]): void {
		for (const { stream, verdict } of answers) {
			if (!this.owner.isOpen(stream)) continue;
			this.answer(stream, verdict);
			this.owner.onAnswered(stream, verdict);
		}
		this.owner.flush();
	}

	private answer(stream: Stream, verdict: Verdict): void {
		const { journal, loop } = this.world;
		const { pushes } = journal;
		const { request } = stream;
		if (verdict.resetCode !== undefined) {
			this.out.raw(resetFrame(stream.id, verdict.resetCode));
			pushes.resets[request] = cell(pushes.resets, request) + 1;
			journal.note('reset', request, verdict.resetCode);
			return journal.trouble(this.record, 'reset');
		}
		this.count += 1;
		const id = stream.apnsId === '' ? answerId(request, this.record.id * 65_536 + this.count) : stream.apnsId;
		pushes.answeredAt[request] = loop.now();
		if (this.count === 1) this.record.firstAnswerAt = loop.now();
		this.record.lastAnswerAt = loop.now();
		pushes.lastStatus[request] = statusOf(stream, verdict);
		journal.note('answer', request, verdict.status);
		if (verdict.half === true) journal.trouble(this.record, 'half');
		if (!writeAnswer(this.out, stream, verdict, id, this.habits.spice, this.random))
			loop.arrive(CUT_AFTER_MS, () => this.owner.cut());
	}
}
