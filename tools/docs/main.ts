/** `npm run docs` writes the generated tables of all documents anew. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { documentNames, fillTables, readDocument } from './tables';

for (const name of documentNames()) {
	const before = readDocument(name);
	const after = fillTables(before);
	if (after === before) continue;
	writeFileSync(path.resolve(__dirname, '../..', name), after);
	process.stdout.write(`${name} written\n`);
}
