/**
 * The world of one plugin: what its bundle imports and what its module exports, of the contract's WIT that is in this package.
 */

import { existsSync } from 'node:fs';
import { cp, readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CONTRACT } from '../src/contract.js';

/** What a module exports for each ability. */
const ABILITIES = {
  connector: ['check'],
  ingress: ['receive'],
  background: ['followUp'],
  poller: ['poll'],
  'media-fetcher': ['fetchMedia'],
  sender: ['send', 'preview'],
  actions: ['actions'],
  directory: ['directory'],
} as const;

/** An ability that a plugin may have. */
export type Ability = keyof typeof ABILITIES;

/** Everything that a module may export. */
export const FUNCTIONS: readonly string[] = Object.values(ABILITIES).flat();

/** One ability of a plugin, with those of its functions that the module exports. */
export interface Exported {
  ability: Ability;
  functions: string[];
}

/**
 * The abilities that follow from what a module exports.
 *
 * @throws where it exports none, or `preview` without `send`.
 */
export function abilities(exported: readonly string[]): Exported[] {
  const names = Object.keys(ABILITIES) as Ability[];
  const found = names.map((ability) => ({ ability, functions: ABILITIES[ability].filter((name) => exported.includes(name)) }));
  const has = found.filter(({ functions }) => functions.length > 0);
  if (has.length === 0) {
    const instead = exported.length === 0 ? 'nothing' : exported.join(', ');
    throw new Error(`the module exports none of the contract's functions (${FUNCTIONS.join(', ')}); it exports ${instead}`);
  }
  if (exported.includes('preview') && !exported.includes('send')) {
    throw new Error('the module exports preview, but not send; a plugin that sends needs both or send alone');
  }
  return has;
}

/** The folder of the contract's WIT: the package's own, in a checkout the project's. */
export async function witFolder(): Promise<string> {
  for (const place of ['../../wit/', '../../../../wit/']) {
    const folder = fileURLToPath(new URL(place, import.meta.url));
    if (existsSync(folder + 'worlds.wit')) return folder;
  }
  throw new Error('the package holds no wit/ folder; install @lockgate/sdk anew');
}

/** The version of every package of a WIT folder, by its name. */
export async function versions(folder: string): Promise<Map<string, string>> {
  const [name = '', version = ''] = CONTRACT.split('@');
  const found = new Map([[name, version]]);
  for (const file of await readdir(join(folder, 'deps'))) {
    const named = /^package ([\w:-]+)@([^;]+);/m.exec(await readFile(join(folder, 'deps', file), 'utf8'));
    if (named !== null) found.set(named[1] as string, named[2] as string);
  }
  return found;
}

/** What the written world is called. */
export const WORLD = 'this-plugin';

/** Copies the WIT and adds the plugin's world to it. `imports` are full names, as the bundle names them. */
export async function writeWorld(from: string, to: string, imports: readonly string[], has: readonly Exported[]): Promise<void> {
  await cp(from, to, { recursive: true });
  const [own = '', version = ''] = CONTRACT.split('@');
  // An interface of the world's own package is named without it.
  const short = (name: string): string => (name.startsWith(`${own}/`) ? name.slice(own.length + 1).replace(`@${version}`, '') : name);
  const lines = [...imports].sort().map((name) => `  import ${short(name)};`);
  const exports = has.map(({ ability }) => `  export ${ability};`);
  await writeFile(join(to, `${WORLD}.wit`), `package ${CONTRACT};\n\nworld ${WORLD} {\n${[...lines, ...exports].join('\n')}\n}\n`);
}
