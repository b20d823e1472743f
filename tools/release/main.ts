/**
 * The two steps of a release that touch the changelog: `close VERSION` (`npm run release` runs it, and plain
 * `npm version` would not: .npmrc forbids scripts that nobody asked for) and `notes VERSION`
 * (the publishing workflow prints the release notes with it).
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { close, notesOf } from './changelog';

const file = path.resolve(__dirname, '../../CHANGELOG.md');
const [command, version = ''] = process.argv.slice(2);
const changelog = readFileSync(file, 'utf8');

if (command === 'close') writeFileSync(file, close(changelog, version, new Date().toISOString().slice(0, 10)));
else if (command === 'notes') process.stdout.write(`${notesOf(changelog, version)}\n`);
else throw new Error('Say "close VERSION" or "notes VERSION".');
