/**
 * From a plugin's module to the one file that is the plugin: the component with `channel.toml` inside.
 *
 * @module
 */

import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { CONTRACT } from '../src/contract.js';
import { ledBack } from '../src/stack.js';
import { BUNDLE, bundle, exportsOf, rootOf } from './bundle.js';
import type { Bundle } from './bundle.js';
import { embedManifest } from './section.js';
import { FUNCTIONS, WORLD, abilities, versions, witFolder, writeWorld } from './world.js';
import type { Ability } from './world.js';

export { MANIFEST_SECTION, embedManifest } from './section.js';
export type { Ability } from './world.js';

/** What is built. */
export interface Options {
  /** The plugin's module, TypeScript or JavaScript. */
  entry: string;
  /** Its manifest. */
  manifest: string;
  /** The file that is written. */
  out: string;
}

/** What came of it. */
export interface Built {
  /** The file that was written. */
  out: string;
  /** Its bytes. */
  size: number;
  /** `sha256:` and its digest: how a host knows the plugin. */
  digest: string;
  /** What it can do. */
  abilities: Ability[];
  /** What it imports of the host, beside what its JavaScript engine needs. */
  imports: string[];
  /** What the author may want to look at. */
  warnings: string[];
}

/**
 * Builds a plugin.
 *
 * @throws with words for the plugin's author where it cannot be built.
 */
export async function build({ entry, manifest, out }: Options): Promise<Built> {
  const text = await readFile(manifest, 'utf8').catch(() => {
    throw new Error(`there is no ${manifest}; write the plugin's manifest there, or name it with --manifest`);
  });
  const contract = value(text, 'contract');
  if (contract !== CONTRACT) {
    throw new Error(`${manifest} says contract = "${contract ?? ''}", this SDK is made for "${CONTRACT}"; write that, or install the SDK of the other`);
  }
  const root = rootOf(manifest);
  const wit = await witFolder();
  const known = await versions(wit);
  const exported = await exportsOf(resolve(entry), root, known);
  const has = abilities(exported);
  const made = await bundle(resolve(entry), root, has, known);
  const folder = await mkdtemp(join(tmpdir(), 'lockgate-build-'));
  try {
    await writeWorld(wit, join(folder, 'wit'), made.imports, has);
    const component = embedManifest(await componentize(folder, made), text);
    await mkdir(dirname(resolve(out)), { recursive: true });
    // So that nobody ever reads half of it.
    await writeFile(`${out}.unfinished`, component);
    await rename(`${out}.unfinished`, out);
    return {
      out,
      size: component.length,
      digest: `sha256:${createHash('sha256').update(component).digest('hex')}`,
      abilities: has.map(({ ability }) => ability),
      imports: made.imports,
      warnings: misspelt(exported),
    };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A text of `[plugin]`, which stands before every other table. */
export function value(manifest: string, key: string): string | undefined {
  return new RegExp(`^${key}\\s*=\\s*["']([^"']*)["']`, 'm').exec(manifest)?.[1];
}

/** Runs the module's top level, keeps what is in memory then, and makes a component of both. */
async function componentize(folder: string, { code, lines }: Bundle): Promise<Uint8Array> {
  const source = join(folder, BUNDLE);
  await writeFile(source, `${code}\nglobalThis.__lockgate_lines = ${JSON.stringify(lines)};\n`);
  const { componentize } = await import('@bytecodealliance/componentize-js');
  try {
    const { component } = await componentize({
      sourcePath: source,
      witPath: join(folder, 'wit'),
      worldName: WORLD,
      // Requests go through wasi:http alone, where it is certain what left; nobody calls a plugin but by the contract.
      disableFeatures: ['http', 'fetch-event'],
    });
    return component;
  } catch (error) {
    const words = error instanceof Error ? error.message : String(error);
    const what = words.startsWith('Failed to initialize') ? 'the top level of the module failed' : 'componentize-js failed';
    throw new Error(`${what}: ${ledBack(words, BUNDLE, lines)}`);
  }
}

/** Exports that look like a function of the contract and are none. */
function misspelt(exported: readonly string[]): string[] {
  const near = exported.filter((name) => !FUNCTIONS.includes(name)).flatMap((name) => {
    const meant = FUNCTIONS.find((known) => distance(name.toLowerCase(), known) <= 2);
    return meant === undefined || exported.includes(meant) ? [] : [`the module exports ${name}, which nobody calls; is ${meant} meant?`];
  });
  return near;
}

/** How many letters must be put in, left out or changed to make one word of another. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const changed = (row[j - 1] as number) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] as number) + 1, (next[j - 1] as number) + 1));
    }
    row = next;
  }
  return row[to.length] as number;
}
