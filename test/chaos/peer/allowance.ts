/** What the peer allows: how many streams, and how much of their bodies. All of it is announced, and binds the client once acknowledged. */
import type { SettingValues } from '../../wire/frames';
import type { Random } from '../random';
import { AnnouncedSettings } from './announced';
import type { Habits } from './peerWorld';
import { ReceiveWindow } from './receiveWindow';
import type { Stream } from './stream';
import type { FrameWriter } from './wire';

/** What "no limit" is once a limit was named: SETTINGS cannot be taken back. */
const NO_LIMIT = 2_000_000_000;
/** Windows of streams that hold nearly every body back. */
const smallWindows = [0, 1, 20, 100, 1_000];

/** The connection, as far as its allowance concerns it. */
export interface AllowanceOwner {
	readonly streams: ReadonlyMap<number, Stream>;
	/** It may still speak. */
	isLive(): boolean;
	trouble(name: string): void;
	announced(values: SettingValues): void;
	/** Calls back within so many milliseconds. */
	later(mostMs: number, callback: () => void): void;
	flush(): void;
}

export class Allowance {
	readonly settings = new AnnouncedSettings();
	readonly window: ReceiveWindow;
	/** A credential was taken here. */
	proved: boolean;
	private limit: number | undefined;
	private welcomed = false;

	constructor(
		private readonly habits: Habits,
		private readonly random: Random,
		private readonly out: FrameWriter,
		private readonly owner: AllowanceOwner,
		/** With a certificate, TLS has shown the credential. */
		hasCertificate: boolean,
	) {
		this.proved = hasCertificate;
		this.limit = habits.firstLimit;
		this.window = new ReceiveWindow(habits.connectionWindow, out, (mostMs, callback) => owner.later(mostMs, callback));
	}

	/** The first SETTINGS. */
	begin(): void {
		const { habits } = this;
		this.announce({
			...(this.limit === undefined ? {} : { maxConcurrentStreams: this.limit }),
			initialWindowSize: habits.initialWindow,
			...(habits.headerTableSize === undefined ? {} : { headerTableSize: habits.headerTableSize }),
		});
	}

	/** An ACK of SETTINGS came; false when none was owed. */
	acknowledged(): { readonly headerTableSize: number | undefined } | undefined {
		const applied = this.settings.acknowledge();
		if (applied === undefined) return undefined;
		for (const stream of this.owner.streams.values()) {
			stream.window += applied.windowChange;
			this.see(stream);
		}
		return applied;
	}

	/** A stream is open and not whole: it gets credit when it may need some. */
	see(stream: Stream): void {
		this.window.see(stream, !this.proved);
	}

	/** The credential was taken: more streams, as APNs does. */
	welcome(): void {
		this.proved = true;
		if (this.welcomed) return;
		this.welcomed = true;
		const { firstLimit, limit } = this.habits;
		if (this.limit !== firstLimit || limit === firstLimit) return;
		this.limit = limit ?? NO_LIMIT;
		this.announce({ maxConcurrentStreams: this.limit });
	}

	/** Announces another limit of streams. */
	setLimit(limit: number): void {
		if (!this.owner.isLive() || this.limit === limit) return;
		this.limit = limit;
		this.announce({ maxConcurrentStreams: limit });
		this.owner.trouble('limit');
		this.owner.flush();
	}

	/** What it allows when nothing is wrong. */
	restoreLimit(): void {
		const wanted = this.welcomed ? this.habits.limit : this.habits.firstLimit;
		this.setLimit(wanted ?? NO_LIMIT);
	}

	/** Gives nothing back any more, or again. */
	starve(on: boolean): void {
		if (on) this.owner.trouble('starved');
		this.window.starving = on;
		if (on || !this.owner.isLive()) return;
		this.window.giveBack();
		this.enlargeWindows();
	}

	/** Windows are what they should be again. */
	enlargeWindows(): void {
		if (!this.owner.isLive() || this.window.starving) return;
		this.window.reluctantMs = 0;
		this.announce({ initialWindowSize: this.habits.initialWindow });
		for (const stream of this.owner.streams.values()) this.see(stream);
		this.owner.flush();
	}

	/** Streams get little, those that are open lose what they had, and credit comes late: bodies are held back. */
	shrinkWindows(strength: number): void {
		if (!this.owner.isLive()) return;
		this.owner.trouble('starved');
		this.window.reluctantMs = 100 + strength * 12_000;
		this.announce({ initialWindowSize: this.random.pick(smallWindows) });
		this.owner.flush();
	}

	private announce(values: SettingValues): void {
		this.owner.announced(values);
		this.settings.announce(values, this.out);
	}
}
