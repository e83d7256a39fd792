/** One module of a plugin and all that it needs, and where each of its lines comes from. */

import { build } from 'esbuild';
import type { BuildOptions, Metafile, Plugin as EsbuildPlugin } from 'esbuild';
import { builtinModules } from 'node:module';
import { dirname, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { LineMap } from '../src/stack.js';
import { lineTable } from './lines.js';
import type { SourceMap } from './lines.js';
import type { Exported } from './world.js';

/** What the bundle is called where it runs; stacks name it. */
export const BUNDLE = 'plugin.js';

/** The SDK's own folder, with `package.json` in it. */
const SDK = fileURLToPath(new URL('../../', import.meta.url));

/** A plugin's code. */
export interface Bundle {
  /** One module. */
  code: string;
  /** Where its lines come from. */
  lines: LineMap;
  /** The imports that the host must offer, by their full names. */
  imports: string[];
}

/** The names that a plugin's module exports. */
export async function exportsOf(entry: string, root: string, versions: Map<string, string>): Promise<string[]> {
  const { metafile } = await run({ entryPoints: [entry] }, root, versions);
  return output(metafile).exports;
}

/** The name of an ability as the component's exports have it. */
const camel = (ability: string): string => ability.replace(/-./g, (dash) => dash.slice(1).toUpperCase());

/** Bundles the module with what makes a component's exports of these functions. */
export async function bundle(entry: string, root: string, has: readonly Exported[], versions: Map<string, string>): Promise<Bundle> {
  const contents = [
    // Under names of its own: an ability may be called as what the module exports for it.
    `import { ${has.flatMap(({ functions }) => functions.map((name) => `${name} as plugin_${name}`)).join(', ')} } from ${JSON.stringify(entry)};`,
    `import * as abilities from '@lockgate/sdk/component';`,
    ...has.map(({ ability, functions }) => `export const ${camel(ability)} = abilities.${camel(ability)}({ ${functions.map((name) => `${name}: plugin_${name}`).join(', ')} });`),
  ].join('\n');
  const stdin = { contents, resolveDir: root, sourcefile: '@lockgate/sdk/entry' };
  const { metafile, outputFiles = [] } = await run({ stdin }, root, versions);
  const text = (end: string): string => outputFiles.find((file) => file.path.endsWith(end))?.text ?? '';
  const map = JSON.parse(text('.map')) as SourceMap;
  const sources = map.sources.map((source) => named(resolve(root, source), root, source));
  const imports = output(metafile).imports.filter(({ external }) => external).map(({ path }) => path);
  return { code: text('.js'), lines: { sources, lines: lineTable(map) }, imports: [...new Set(imports)] };
}

function run(input: BuildOptions, root: string, versions: Map<string, string>) {
  return build({
    ...input,
    absWorkingDir: root,
    outfile: resolve(root, BUNDLE),
    write: false,
    bundle: true,
    metafile: true,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['lockgate'],
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    sourcemap: 'external',
    sourcesContent: false,
    logLevel: 'silent',
    plugins: [resolver(versions)],
  });
}

function output(metafile: Metafile | undefined): Metafile['outputs'][string] {
  const [found] = Object.entries(metafile?.outputs ?? {}).filter(([path]) => path.endsWith('.js'));
  if (found === undefined) throw new Error('esbuild wrote no bundle');
  return found[1];
}

/** A file as its author knows it: below the plugin's folder as it lies there, of a package by its name. */
function named(file: string, root: string, source: string): string {
  const slashes = (path: string): string => path.split(sep).join('/');
  if (source.startsWith('@lockgate/')) return source;
  if (file.startsWith(SDK)) return `@lockgate/sdk/${slashes(relative(SDK, file))}`;
  const inside = slashes(relative(root, file));
  return inside.includes('node_modules/') ? inside.slice(inside.lastIndexOf('node_modules/') + 'node_modules/'.length) : inside;
}

/** What a plugin imports that no folder holds: the host's interfaces, this SDK itself, and what a component has not. */
function resolver(versions: Map<string, string>): EsbuildPlugin {
  const own: Record<string, string> = { '@lockgate/sdk': 'index.js', '@lockgate/sdk/component': 'component.js' };
  return {
    name: 'lockgate',
    setup(build) {
      build.onResolve({ filter: /^[a-z]+:[a-z-]+\// }, ({ path }) => {
        const [name = ''] = path.split('/');
        const version = versions.get(name);
        if (version === undefined) return { errors: [{ text: `the contract has no package ${name}` }] };
        return { path: path.includes('@') ? path : `${path}@${version}`, external: true };
      });
      build.onResolve({ filter: /^@lockgate\/sdk(\/|$)/ }, ({ path }) => {
        const file = own[path];
        if (file === undefined) return { errors: [{ text: `${path} is for tests and builds; a component does not have it` }] };
        return { path: resolve(SDK, 'dist/src', file), sideEffects: file === 'component.js' };
      });
      build.onResolve({ filter: /.*/ }, ({ path, kind }) => {
        if (kind === 'entry-point' || !(path.startsWith('node:') || builtinModules.includes(path))) return undefined;
        return { errors: [{ text: `${path} is a module of node; a component does not have it` }] };
      });
    },
  };
}

/** Where a plugin's own files lie: the folder of its manifest. */
export const rootOf = (manifest: string): string => dirname(resolve(manifest));
