// From a module to a component: what it exports follows from what the module exports, and errors lead to the author's own lines.

import assert from 'node:assert/strict';
import { mkdtemp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { build, embedManifest } from '@lockgate/sdk/build';
import { bundle } from '../dist/build/bundle.js';
import { abilities, versions, witFolder } from '../dist/build/world.js';
import { inWords, ledBack } from '../dist/src/stack.js';
import { read } from '../scripts/wit.mjs';

const MANIFEST = '[plugin]\nid = "notes"\ncontract = "lockgate:channel@0.1.0-dev.1"\n';

/** @type {string} */
let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockgate-sdk-test-'));
  await mkdir(join(folder, 'src'));
});

after(() => rm(folder, { recursive: true, force: true }));

/** @param {Record<string, string>} files */
async function write(files) {
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return join(folder, 'src/plugin.ts');
}

/** @param {string} entry @param {string} [manifest] */
async function built(entry, manifest = MANIFEST) {
  await writeFile(join(folder, 'channel.toml'), manifest);
  return build({ entry, manifest: join(folder, 'channel.toml'), out: join(folder, 'dist/notes.wasm') });
}

/** The kinds of a component's sections that name what it imports and exports. */
const [IMPORTS, EXPORTS] = [10, 11];

/** The bytes of a component's own sections of one kind, as text: names stand in them as they are. @param {Buffer} file @param {number} kind */
function sections(file, kind) {
  let [text, at] = ['', 8];
  while (at < file.length) {
    const id = file[at];
    let [size, shift] = [0, 0];
    do {
      at += 1;
      size += ((file[at] ?? 0) & 0x7f) * 2 ** shift;
      shift += 7;
    } while ((file[at] ?? 0) & 0x80);
    at += 1;
    if (id === kind) text += file.subarray(at, at + size).toString('latin1');
    at += size;
  }
  return text;
}

test('the abilities follow from the functions that are exported', () => {
  assert.deepEqual(abilities(['receive', 'other']), [{ ability: 'ingress', functions: ['receive'] }]);
  assert.deepEqual(abilities(['check', 'send']), [{ ability: 'connector', functions: ['check'] }, { ability: 'sender', functions: ['send'] }]);
  assert.deepEqual(abilities(['send', 'preview', 'check', 'receive']).map(({ ability }) => ability), ['connector', 'ingress', 'sender']);
  assert.throws(() => abilities(['recieve']), { message: /exports none of the contract's functions \(check, receive, followUp, poll, fetchMedia, send, preview, actions, directory\); it exports recieve/ });
  assert.throws(() => abilities(['preview']), { message: /exports preview, but not send/ });
});

test('the manifest is the last section', () => {
  const preamble = Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0);
  const whole = embedManifest(preamble, 'x'.repeat(300));
  // id 0, then 322 (1 + 21 + 300) in two bytes, then the length of the name.
  assert.deepEqual([...whole.subarray(8, 12)], [0, 0xc2, 0x02, 21]);
  assert.equal(new TextDecoder().decode(whole.subarray(12, 33)), 'lockgate:channel.toml');
  assert.equal(whole.length, 333);
  assert.throws(() => embedManifest(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), ''), { message: /no component/ });
});

test('a bundle imports what it uses, and knows where its lines come from', async () => {
  const entry = await write({
    'src/plugin.ts': "import { log } from '@lockgate/sdk';\nimport { boom } from './boom.js';\nexport function receive() {\n  log.info('x');\n  return boom();\n}\n",
    'src/boom.ts': 'type Nothing = never;\n\nexport const boom = (): Nothing => {\n  throw new Error("boom");\n};\n',
  });
  const wit = await versions(await witFolder());
  const made = await bundle(entry, folder, abilities(['receive']), wit);
  assert.deepEqual(made.imports, ['lockgate:channel/log@0.1.0-dev.1']);
  const line = made.code.split('\n').findIndex((text) => text.includes('"boom"')) + 1;
  const error = Object.assign(new Error('boom'), { stack: `boom@plugin.js:${line}:9\nreceive@/tmp/x/initializer.js:1:1\n` });
  assert.equal(inWords(error, made.lines), 'Error: boom\n  at boom (src/boom.ts:4)');
  assert.equal(ledBack(`at plugin.js:${line}:9`, 'plugin.js', made.lines), 'at src/boom.ts:4');
});

test('only who sends imports the way out', async () => {
  const entry = await write({ 'src/plugin.ts': "import { delivery, http } from '@lockgate/sdk';\nexport const send = (draft) => delivery.inOrder(draft, () => { http.get('https://x.example/'); return { tag: 'not-tried' }; });\n" });
  const { imports } = await bundle(entry, folder, abilities(['send']), await versions(await witFolder()));
  assert.deepEqual(imports.sort(), ['lockgate:channel/delivery@0.1.0-dev.1', 'wasi:http/outgoing-handler@0.2.12', 'wasi:http/types@0.2.12']);
});

/** @type {[string, string, RegExp][]} */
const REFUSED = [
  ['a module of node', "import { readFileSync } from 'node:fs';\nexport const receive = () => readFileSync('x');\n", /node:fs is a module of node; a component does not have it/],
  ['the host of tests', "import { host } from '@lockgate/sdk/testing';\nexport const receive = () => host;\n", /@lockgate\/sdk\/testing is for tests and builds; a component does not have it/],
  ['nothing of the contract', 'export const other = 1;\n', /exports none of the contract's functions/],
];

for (const [what, source, words] of REFUSED) {
  test(`who needs ${what} is not built`, async () => {
    await assert.rejects(built(await write({ 'src/plugin.ts': source })), { message: words });
  });
}

test('a manifest of another contract is not built', async () => {
  const entry = await write({ 'src/plugin.ts': 'export const receive = () => ({});\n' });
  await assert.rejects(built(entry, MANIFEST.replace('dev.1', 'dev.9')), { message: /says contract = "lockgate:channel@0.1.0-dev.9", this SDK is made for "lockgate:channel@0.1.0-dev.1"/ });
});

test('a top level that fails names its line', { timeout: 300_000 }, async () => {
  const entry = await write({ 'src/plugin.ts': 'interface Nothing {}\n\nnull.x;\nexport const receive = (): Nothing => ({});\n' });
  await assert.rejects(built(entry), { message: /top level of the module failed.*src\/plugin\.ts:3/s });
});

test('a component exports the abilities of its module, whatever they are called, and holds its manifest', { timeout: 300_000 }, async () => {
  const entry = await write({ 'src/plugin.ts': 'export const receive = () => ({});\nexport const chekc = () => [];\nexport const actions = {};\nexport const directory = {};\nexport const followUp = () => [];\nexport const poll = () => ({});\nexport const fetchMedia = () => "";\n' });
  const made = await built(entry);
  assert.deepEqual([made.abilities, made.imports], [['ingress', 'background', 'poller', 'media-fetcher', 'actions', 'directory'], []]);
  assert.deepEqual(made.warnings, ['the module exports chekc, which nobody calls; is check meant?']);
  const file = await readFile(made.out);
  assert.equal(file.length, made.size);
  assert.ok(file.subarray(-MANIFEST.length - 21).equals(Buffer.from(`lockgate:channel.toml${MANIFEST}`)));
  assert.match(sections(file, EXPORTS), /lockgate:channel\/ingress@0\.1\.0-dev\.1/);
  assert.match(sections(file, EXPORTS), /lockgate:channel\/actions@0\.1\.0-dev\.1/);
  assert.match(sections(file, EXPORTS), /lockgate:channel\/poller@0\.1\.0-dev\.1/);
  assert.match(sections(file, EXPORTS), /lockgate:channel\/directory@0\.1\.0-dev\.1/);
  assert.match(sections(file, EXPORTS), /lockgate:channel\/media-fetcher@0\.1\.0-dev\.1/);
  assert.doesNotMatch(sections(file, EXPORTS), /sender|connector/);
  assert.match(sections(file, IMPORTS), /wasi:cli\/stderr@/);
  assert.doesNotMatch(sections(file, IMPORTS), /wasi:http|wasi:sockets|lockgate:channel\/state/);
});

test('what of WIT is not known is refused with its line', () => {
  const of = (body) => () => read(`package a:b@1.0.0;\n\ninterface c {\n${body}\n}\n`);
  assert.throws(of('resource d;'), { message: /^line 4: / });
  assert.throws(of('record d { e: tuple<u8, u8> }'), { message: 'line 4: tuple is not known here' });
  assert.deepEqual(of('/// Docs.\nvariant d { e(list<u8>), f }')().interfaces[0]?.types[0], {
    kind: 'variant', name: 'd', docs: ['Docs.'],
    members: [{ name: 'e', type: { list: 'u8' }, docs: [] }, { name: 'f', type: null, docs: [] }],
  });
});
