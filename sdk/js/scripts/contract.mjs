// Writes src/contract.ts from the contract's WIT: every type as TypeScript, a constructor for every record, one for every case of
// a variant, and the table by which values are completed and checked. With --check it writes nothing and fails where the
// file is not what the WIT says.

import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { defaults } from './defaults.mjs';
import { read } from './wit.mjs';

const folder = new URL('../../../wit/', import.meta.url);
const target = new URL('../src/contract.ts', import.meta.url);

/** Types of the contract that an author's values are made of come from these interfaces, in this order. */
const order = ['common', 'inbound', 'outbound', 'settings', 'actions', 'directory', 'connector', 'credentials', 'log', 'state', 'media-store'];

const files = readdirSync(folder).filter((name) => name.endsWith('.wit'));
const read_files = files.map((name) => {
  try {
    return read(readFileSync(new URL(name, folder), 'utf8'));
  } catch (error) {
    throw new Error(`wit/${name}, ${error.message}`);
  }
});
const packages = new Set(read_files.map((file) => file.package));
if (packages.size !== 1) throw new Error(`wit/ holds several packages: ${[...packages].join(', ')}`);
const contract = [...packages][0];
const interfaces = read_files.flatMap((file) => file.interfaces);
const types = order.flatMap((name) => {
  const found = interfaces.find((one) => one.name === name);
  if (!found) throw new Error(`the contract has no interface ${name} any more`);
  return found.types;
});
const unlisted = interfaces.filter((one) => one.types.length > 0 && !order.includes(one.name));
if (unlisted.length > 0) throw new Error(`say where the types stand of ${unlisted.map((one) => one.name).join(', ')}`);
const byName = new Map(types.map((type) => [type.name, type]));
if (byName.size !== types.length) throw new Error('two interfaces of the contract have a type of the same name');

const pascal = (name) => name.replace(/(^|-)([a-z0-9])/g, (_, _dash, letter) => letter.toUpperCase());
const camel = (name) => name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());

for (const [record, fields] of Object.entries(defaults)) {
  const definition = byName.get(record);
  if (definition?.kind !== 'record') throw new Error(`scripts/defaults.mjs names ${record}, which is no record of the contract`);
  for (const field of Object.keys(fields)) {
    if (!definition.members.some((member) => camel(member.name) === field)) {
      throw new Error(`scripts/defaults.mjs names ${record}.${field}, which is not there`);
    }
  }
}

/** Texts that stand for a whole record: the one field that is filled. */
const short = { 'rich-text': 'plain', passing: 'why', rejected: 'words' };

/** What else an author may write for a record: a content, or a text, is a part without extras. */
const wider = { part: 'ContentInit | string' };

/** Whether a field of this type may be left out. */
function optional(type) {
  if (typeof type === 'object') return true;
  if (type === 'bool') return true;
  const definition = byName.get(type);
  if (definition?.kind === 'alias') return optional(definition.type);
  return definition?.kind === 'record' && definition.members.every((member) => mayBeLeftOut(definition.name, member));
}

function mayBeLeftOut(record, member) {
  return camel(member.name) in (defaults[record] ?? {}) || optional(member.type);
}

/** A type as TypeScript; `init`: as an author may write it. */
function typescript(type, init) {
  if (typeof type === 'string') {
    switch (type) {
      case 'string':
        return 'string';
      case 'bool':
        return 'boolean';
      case 'u8':
      case 'u16':
      case 'u32':
      case 'f64':
        return 'number';
      case 'u64':
        return init ? 'number | bigint' : 'number';
      default: {
        const definition = byName.get(type);
        if (!definition) throw new Error(`the contract has no type ${type}`);
        return init && hasInit(type) ? `${pascal(type)}Init` : pascal(type);
      }
    }
  }
  if (type.list === 'u8') return init ? 'Uint8Array | string' : 'Uint8Array';
  if (type.list) {
    const inner = typescript(type.list, init);
    return inner.includes('|') ? `(${inner})[]` : `${inner}[]`;
  }
  if (type.option) return `${typescript(type.option, init)} | undefined`;
  throw new Error('a result stands where the contract has none');
}

/** Whether an author may write a value of this type otherwise than the host does. */
function hasInit(name, seen = new Set()) {
  if (seen.has(name)) return false;
  seen.add(name);
  const definition = byName.get(name);
  if (!definition || definition.kind === 'enum') return false;
  const inside = (type) => {
    if (type === null) return false;
    if (typeof type === 'string') return type === 'u64' || hasInit(type, seen);
    return type.list === 'u8' || inside(type.list ?? type.option);
  };
  if (definition.kind === 'alias') return inside(definition.type);
  if (name in short) return true;
  return definition.members.some(
    (member) => inside(member.type) || (definition.kind === 'record' && mayBeLeftOut(name, member)),
  );
}

const comment = (docs, indent) =>
  docs.length === 0 ? '' : docs.length === 1
    ? `${indent}/** ${docs[0]} */\n`
    : `${indent}/**\n${docs.map((line) => `${indent} * ${line}\n`).join('')}${indent} */\n`;

function declaration(definition) {
  const name = pascal(definition.name);
  const head = comment(definition.docs, '');
  const init = hasInit(definition.name);
  switch (definition.kind) {
    case 'alias': {
      const loose = init ? `\n/** {@link ${name}} as an author may write it. */\nexport type ${name}Init = ${typescript(definition.type, true)};\n` : '';
      return `${head}export type ${name} = ${typescript(definition.type, false)};\n${loose}`;
    }
    case 'enum':
      return `${head}export type ${name} =\n${definition.members
        .map((member) => `${comment(member.docs, '  ')}  | '${member.name}'\n`)
        .join('')};\n`.replace(/\n;\n$/, ';\n');
    case 'variant': {
      const cases = (init) => definition.members
        .map((member) => `${comment(member.docs, '  ')}  | { tag: '${member.name}'${member.type ? `; val: ${typescript(member.type, init)}` : ''} }\n`)
        .join('').replace(/\n$/, ';\n');
      const loose = init ? `\n/** {@link ${name}} as an author may write it. */\nexport type ${name}Init =\n${cases(true)}` : '';
      return `${head}export type ${name} =\n${cases(false)}${loose}`;
    }
    case 'record': {
      const fields = (init) => definition.members
        .map((member) => {
          const left = mayBeLeftOut(definition.name, member);
          const type = typescript(member.type, init);
          const option = typeof member.type === 'object' && member.type.option;
          const mark = (init && left) || option ? '?' : '';
          const note = init && camel(member.name) in (defaults[definition.name] ?? {})
            ? [...member.docs, `Left out: ${JSON.stringify(defaults[definition.name][camel(member.name)])}.`]
            : member.docs;
          return `${comment(note, '  ')}  ${camel(member.name)}${mark}: ${type}${init && left && !option ? ' | undefined' : ''};\n`;
        })
        .join('');
      const strict = `${head}export interface ${name} {\n${fields(false)}}\n`;
      if (!init) return strict;
      const text = definition.name in short ? 'string | ' : definition.name in wider ? `${wider[definition.name]} | ` : '';
      const words = definition.name in short
        ? `{@link ${name}} as an author may write it: a text stands for its \`${short[definition.name]}\`.`
        : `{@link ${name}} as an author may write it: what has a default may be left out.`;
      return text
        ? `${strict}\n/** ${words} */\nexport type ${name}Init = ${text}{\n${fields(true)}};\n`
        : `${strict}\n/** ${words} */\nexport interface ${name}Init {\n${fields(true)}}\n`;
    }
  }
}

const key = (name) => (/^[a-zA-Z]+$/.test(name) ? name : `'${name}'`);

/** A type as the table has it: a name, or the name in brackets of a list, with a question mark where it may be absent. */
function compact(type) {
  if (typeof type === 'string') return type;
  if (type.list === 'u8') return 'bytes';
  if (type.list) return `[${compact(type.list)}]`;
  return `?${compact(type.option)}`;
}

function entry(definition) {
  const name = key(definition.name);
  switch (definition.kind) {
    case 'alias':
      return `  ${name}: { alias: '${compact(definition.type)}' },\n`;
    case 'enum':
      return `  ${name}: { cases: [${definition.members.map((member) => `'${member.name}'`).join(', ')}] },\n`;
    case 'variant':
      return `  ${name}: { variant: { ${definition.members
        .map((member) => `${key(member.name)}: '${member.type ? compact(member.type) : ''}'`)
        .join(', ')} } },\n`;
    case 'record': {
      const parts = [`record: { ${definition.members.map((member) => `${camel(member.name)}: '${compact(member.type)}'`).join(', ')} }`];
      if (defaults[definition.name]) parts.push(`defaults: ${JSON.stringify(defaults[definition.name])}`);
      if (short[definition.name]) parts.push(`text: '${short[definition.name]}'`);
      return `  ${name}: { ${parts.join(', ')} },\n`;
    }
  }
}

/** Names that JavaScript keeps for itself, and those of the SDK's own modules. */
const taken = new Set(['delete', 'new', 'default', 'import', 'export', 'state', 'log', 'settings', 'credentials', 'hooks', 'delivery', 'http', 'json', 'time', 'form']);

function makers(definition) {
  const name = camel(definition.name);
  const type = pascal(definition.name);
  if (taken.has(name)) throw new Error(`${name} is taken; name the constructor otherwise`);
  if (definition.kind === 'record') {
    const init = hasInit(definition.name) ? `${type}Init` : type;
    return `/** A ${'`'}${definition.name}${'`'} of the contract, with its defaults. ${definition.docs.join(' ')} */\nexport const ${name} = (init: ${init}): ${type} => complete('${definition.name}', init) as ${type};\n`;
  }
  if (definition.kind !== 'variant') return '';
  const cases = definition.members.map((member) => {
    const docs = comment(member.docs, '  ');
    const tag = `'${member.name}'`;
    const result = `Extract<${type}, { tag: ${tag} }>`;
    if (!member.type) return `${docs}  ${camel(member.name)}: (): ${result} => ({ tag: ${tag} }),\n`;
    return `${docs}  ${camel(member.name)}: (val: ${typescript(member.type, true)}): ${result} =>\n    complete('${definition.name}', { tag: ${tag}, val }) as ${result},\n`;
  });
  return `/** The cases of ${'`'}${definition.name}${'`'}. ${definition.docs.join(' ')} */\nexport const ${name} = {\n${cases.join('')}};\n`;
}

const text = `// Generated from wit/ by scripts/contract.mjs; change those and run: npm run contract

/**
 * The contract's types, constructors for its records and the cases of its variants, and the table of its shapes.
 *
 * @module
 */

import { complete } from './complete.js';
import type { Shape } from './complete.js';

/** The contract that this SDK was made from. */
export const CONTRACT = '${contract}';

${types.map(declaration).join('\n')}
${types.map(makers).filter(Boolean).join('\n')}
/** Every shape by its name in the contract. */
export const shapes: Record<string, Shape> = {
${types.map(entry).join('')}};
`;

if (process.argv.includes('--check')) {
  let present = '';
  try {
    present = readFileSync(target, 'utf8');
  } catch {}
  if (present !== text) {
    console.error('src/contract.ts is not what wit/ says. Run: npm run contract');
    process.exit(1);
  }
} else {
  writeFileSync(target, text);
}
