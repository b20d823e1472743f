/** The changelog as a list of sections: what a release takes from it, and what it leaves. */

const UNRELEASED = '## Unreleased';

/** The text below the heading of a version (`## 1.0.0 (2026-11-24)`), without the heading. Throws when there is none, or when it is empty. */
export function notesOf(changelog: string, version: string): string {
	const sections = changelog.split(/^(?=## )/m);
	const section = sections.find((text) => text.startsWith(`## ${version} `) || text.startsWith(`## ${version}\n`));
	const notes = section?.slice(section.indexOf('\n')).trim() ?? '';
	if (notes === '') throw new Error(`CHANGELOG.md says nothing about ${version}.`);
	return notes;
}

/** Turns the section *Unreleased* into that of a version. Throws when there is nothing to release. `date` as YYYY-MM-DD. */
export function close(changelog: string, version: string, date: string): string {
	const at = changelog.indexOf(`${UNRELEASED}\n`);
	if (at === -1) throw new Error(`CHANGELOG.md has no section "${UNRELEASED}": write down what changed first.`);
	const closed = changelog.replace(`${UNRELEASED}\n`, `## ${version} (${date})\n`);
	notesOf(closed, version);
	return closed;
}
