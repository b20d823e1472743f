/** The vectors of this folder, read. */
import { readFileSync } from 'node:fs';
import path from 'node:path';

/** Header blocks that share one table. */
export interface Story {
	readonly description: string;
	readonly cases: ReadonlyArray<{
		readonly wire: string;
		readonly headers: ReadonlyArray<readonly [name: string, value: string]>;
		/** SETTINGS_HEADER_TABLE_SIZE acknowledged just before this case. */
		readonly header_table_size?: number;
	}>;
}

export interface FrameVector {
	readonly description: string;
	readonly wire: string;
	readonly frame: {
		readonly length: number;
		readonly type: number;
		readonly flags: number;
		readonly stream_identifier: number;
		readonly frame_payload: Readonly<Record<string, unknown>>;
	};
}

const read = (file: string): unknown => JSON.parse(readFileSync(path.join(__dirname, file), 'utf8'));

export const stories = ['hpack.json', 'collection/hpack.json'].flatMap((file) => read(file) as Story[]);
export const frameVectors = ['frames.json', 'collection/frames.json'].flatMap((file) => read(file) as FrameVector[]);
