/** Facts of Apple are rows of tables: no other code knows a reason by its name, or decides by the name of a push type. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';
import { pushTypeRows } from '../../nodes/shared/apns/pushTypes';
import { reasonRows } from '../../nodes/shared/apns/reasons';

const nodes = path.resolve(__dirname, '../../nodes');
const reasons = new Set(reasonRows.map(({ reason }) => reason));
/** `alert` is also the name of a key of `aps` and of a field. */
const pushTypes = new Set(pushTypeRows.map(({ value }) => value).filter((value) => value !== 'alert'));

interface Found {
	readonly file: string;
	readonly line: number;
	readonly text: string;
}

/** Every string literal of a source that `matches` picks. */
function literals(file: string, source: string, matches: (literal: ts.StringLiteralLike) => boolean): Found[] {
	const tree = ts.createSourceFile(file, source, ts.ScriptTarget.ES2022, true);
	const found: Found[] = [];
	const visit = (node: ts.Node): void => {
		if (ts.isStringLiteralLike(node) && matches(node)) {
			found.push({ file, line: tree.getLineAndCharacterOfPosition(node.getStart()).line + 1, text: node.text });
		}
		ts.forEachChild(node, visit);
	};
	visit(tree);
	return found;
}

const EQUALITY = new Set([
	ts.SyntaxKind.EqualsEqualsEqualsToken,
	ts.SyntaxKind.ExclamationEqualsEqualsToken,
	ts.SyntaxKind.EqualsEqualsToken,
	ts.SyntaxKind.ExclamationEqualsToken,
]);

/** Whether something is decided by this text: a comparison, a case, or a list that is searched. */
function decides({ parent }: ts.StringLiteralLike): boolean {
	if (ts.isBinaryExpression(parent)) return EQUALITY.has(parent.operatorToken.kind);
	if (ts.isCaseClause(parent)) return true;
	if (ts.isCallExpression(parent)) return /\b(includes|has|startsWith|endsWith)$/.test(parent.expression.getText());
	return (
		ts.isArrayLiteralExpression(parent) &&
		ts.isPropertyAccessExpression(parent.parent) &&
		/^(includes|some|indexOf)$/.test(parent.parent.name.text)
	);
}

const sources = readdirSync(nodes, { recursive: true, encoding: 'utf8' })
	.filter((file) => file.endsWith('.ts'))
	.map((file) => ({ file: file.split(path.sep).join('/'), source: readFileSync(path.join(nodes, file), 'utf8') }));

it('names reasons in their table alone', () => {
	const elsewhere = sources.filter(({ file }) => file !== 'shared/apns/reasonRows.ts');
	expect(elsewhere.flatMap(({ file, source }) => literals(file, source, ({ text }) => reasons.has(text)))).toEqual([]);
});

it('decides nothing by the name of a push type', () => {
	const decided = sources.flatMap(({ file, source }) =>
		literals(file, source, (literal) => pushTypes.has(literal.text) && decides(literal)),
	);
	expect(decided).toEqual([]);
});

it('would find either', () => {
	const source = `
		if (reason === 'BadDeviceToken') x();
		switch (pushType) { case 'voip': y(); }
		const z = ['mdm', 'voip'].includes(pushType) || pushType !== 'background' || types.has('mdm');
		const row = { value: 'voip' };`;
	expect(literals('a.ts', source, ({ text }) => reasons.has(text)).map(({ line }) => line)).toEqual([2]);
	const decided = literals('a.ts', source, (literal) => pushTypes.has(literal.text) && decides(literal));
	expect(decided.map(({ text, line }) => `${line} ${text}`)).toEqual([
		'3 voip',
		'4 mdm',
		'4 voip',
		'4 background',
		'4 mdm',
	]);
});
