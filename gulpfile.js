/** Builds dist/: TypeScript output, icons, codex files, and one bundle per vendored library with its licence. */
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const esbuild = require('esbuild');
const { dest, parallel, series, src } = require('gulp');

const out = path.join(__dirname, 'dist');
const vendorSource = path.join(__dirname, 'nodes/shared/vendor');
const vendorOut = path.join(out, 'nodes/shared/vendor');

async function clean() {
	fs.rmSync(out, { recursive: true, force: true });
}

async function compile() {
	execFileSync(process.execPath, [require.resolve('typescript/bin/tsc'), '-p', 'tsconfig.json'], {
		cwd: __dirname,
		stdio: 'inherit',
	});
}

/** Icons go to dist/icons, where `file:../../icons/…` in a compiled node leads. */
function icons() {
	return src('icons/*.svg', { encoding: false }).pipe(dest('dist/icons'));
}

function codex() {
	return src('nodes/**/*.node.json').pipe(dest('dist/nodes'));
}

/** Package root of a bundled file: the folder below the last node_modules. */
function packageRoot(file) {
	const parts = file.split('/');
	const at = parts.lastIndexOf('node_modules');
	return parts.slice(0, at + (parts[at + 1].startsWith('@') ? 3 : 2)).join('/');
}

/** Bundles each library behind its vendor file, and writes the licences of all that went in beside it. */
async function vendor() {
	const entries = fs.existsSync(vendorSource)
		? fs.readdirSync(vendorSource).filter((name) => name.endsWith('.ts'))
		: [];
	for (const entry of entries) {
		const name = path.basename(entry, '.ts');
		const result = await esbuild.build({
			entryPoints: [path.join(vendorSource, entry)],
			outfile: path.join(vendorOut, `${name}.js`),
			bundle: true,
			platform: 'node',
			target: 'node20',
			format: 'cjs',
			metafile: true,
			legalComments: 'inline',
			absWorkingDir: __dirname,
		});
		const roots = new Set(
			Object.keys(result.metafile.inputs)
				.filter((file) => file.includes('node_modules/'))
				.map(packageRoot),
		);
		const licences = [...roots].sort().map((root) => {
			const {
				name: packageName,
				version,
				license,
			} = JSON.parse(fs.readFileSync(path.join(__dirname, root, 'package.json'), 'utf8'));
			const file = fs.readdirSync(path.join(__dirname, root)).find((candidate) => /^licen[cs]e/i.test(candidate));
			if (file === undefined) throw new Error(`${packageName} has no licence file to ship`);
			return `${packageName} ${version} (${license})\n\n${fs.readFileSync(path.join(__dirname, root, file), 'utf8')}`;
		});
		fs.writeFileSync(path.join(vendorOut, `${name}.LICENSE.txt`), licences.join('\n\n----\n\n'));
	}
}

exports.clean = clean;
exports.vendor = vendor;
exports.build = series(clean, compile, parallel(icons, codex, vendor));
exports.default = exports.build;
