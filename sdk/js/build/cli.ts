#!/usr/bin/env node
/** `lockgate-build`: builds a plugin and says what came of it. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { build, value } from './index.js';

const HELP = `Builds a Lockgate plugin: one component with its manifest inside.

Usage: lockgate-build [ENTRY] [--manifest FILE] [--out FILE]

  ENTRY            The plugin's module; without it the first of ${['ts', 'js', 'mjs'].map((end) => `src/plugin.${end}`).join(', ')}
  --manifest FILE  [default: channel.toml]
  --out FILE       [default: dist/ and the plugin's id]
  -h, --help       Print this
`;

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { manifest: { type: 'string', default: 'channel.toml' }, out: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return;
  }
  const entry = positionals[0] ?? ['src/plugin.ts', 'src/plugin.js', 'src/plugin.mjs'].find((file) => existsSync(file));
  if (entry === undefined || positionals.length > 1) throw new Error('name one module: lockgate-build src/plugin.ts');
  const manifest = values.manifest as string;
  const id = value(await readFile(manifest, 'utf8').catch(() => ''), 'id') ?? 'plugin';
  const begun = performance.now();
  const built = await build({ entry, manifest, out: values.out ?? `dist/${id}.wasm` });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  for (const warning of built.warnings) console.error(`warning: ${warning}`);
  console.log(`${built.out}: ${built.abilities.join(', ')}`);
  console.log(`  ${(built.size / 1024 / 1024).toFixed(1)} MiB in ${seconds} s`);
  console.log(`  ${built.digest}`);
}

main().catch((error: unknown) => {
  console.error(`lockgate-build: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
});
