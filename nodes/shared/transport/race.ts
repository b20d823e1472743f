/** Which of a name's addresses is used: all are tried, the next one after 250 ms, and the first TCP connection wins (RFC 8305). */
import type { Clock, Timer } from './clock';
import type { Address, Dialing } from './network';
import { timing } from './timing';

export interface Winner {
	readonly address: Address;
	readonly dialing: Dialing;
}

export interface Race {
	/** Rejects with the last address's error once all have failed; never settles once destroyed. */
	readonly winner: Promise<Winner>;
	destroy(): void;
}

/** Alternates families, beginning with the resolver's first (RFC 8305 §4); bad addresses come last. */
export function orderAddresses(addresses: readonly Address[], isBad: (address: string) => boolean): Address[] {
	const interleave = (list: readonly Address[]): Address[] => {
		const resolvers = list[0]?.family;
		const first = list.filter(({ family }) => family === resolvers);
		const second = list.filter(({ family }) => family !== resolvers);
		return list.flatMap((_one, at) => [...first.slice(at, at + 1), ...second.slice(at, at + 1)]);
	};
	return [
		...interleave(addresses.filter(({ address }) => !isBad(address))),
		...interleave(addresses.filter(({ address }) => isBad(address))),
	];
}

/** Starts dialling. Earlier attempts stay alive while later ones begin; the losers are destroyed. `addresses` is not empty. */
export function raceAddresses(addresses: readonly Address[], dial: (to: Address) => Dialing, clock: Clock): Race {
	const underWay = new Set<Dialing>();
	let timer: Timer | undefined;
	let over = false;
	const finish = (keep: Dialing | undefined): void => {
		over = true;
		timer?.cancel();
		for (const dialing of underWay) if (dialing !== keep) dialing.destroy();
		underWay.clear();
	};
	const winner = new Promise<Winner>((resolve, reject) => {
		let next = 0;
		const tryNext = (): void => {
			const address = addresses[next];
			if (address === undefined) return;
			next += 1;
			timer?.cancel();
			const dialing = dial(address);
			underWay.add(dialing);
			dialing.connected.then(
				() => {
					if (over) return;
					finish(dialing);
					resolve({ address, dialing });
				},
				(error: unknown) => {
					underWay.delete(dialing);
					if (over) return;
					if (next < addresses.length) return tryNext();
					if (underWay.size > 0) return;
					finish(undefined);
					reject(error);
				},
			);
			if (next < addresses.length) timer = clock.after(timing.nextAddressAfterMs, tryNext);
		};
		tryNext();
	});
	winner.catch(() => undefined);
	return {
		winner,
		destroy: () => finish(undefined),
	};
}
