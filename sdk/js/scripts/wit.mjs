// Reads the interfaces of a WIT package: as much of the language as the contract uses. What it does not know it refuses, so that
// nothing of a later contract is left out unseen.

/**
 * @typedef {string | { list: Type } | { option: Type } | { result: [Type | null, Type | null] }} Type
 * @typedef {{ name: string, type: Type | null, docs: string[] }} Member
 * @typedef {{ kind: 'record' | 'variant' | 'enum' | 'alias', name: string, docs: string[], members: Member[], type?: Type }} Definition
 * @typedef {{ name: string, docs: string[], params: Member[], result: Type | null }} Func
 * @typedef {{ name: string, docs: string[], types: Definition[], funcs: Func[] }} Interface
 */

/**
 * The interfaces of one file, and the package that it is of.
 * @param {string} text
 * @returns {{ package: string, interfaces: Interface[] }}
 */
export function read(text) {
  const source = new Source(text);
  source.docs();
  source.expect('package');
  const named = source.until(';');
  const interfaces = [];
  for (;;) {
    const docs = source.docs();
    const word = source.next();
    if (word === undefined) break;
    if (word === 'interface') interfaces.push(readInterface(source, docs));
    else if (word === 'world') source.block();
    else throw source.error(`expected an interface or a world, found ${word}`);
  }
  return { package: named, interfaces };
}

/** @param {Source} source @param {string[]} docs @returns {Interface} */
function readInterface(source, docs) {
  const found = { name: source.name(), docs, types: [], funcs: [] };
  source.expect('{');
  for (;;) {
    const docs = source.docs();
    const word = source.next();
    if (word === '}') return found;
    if (word === 'use') source.until(';');
    else if (word === 'type') {
      const name = source.name();
      source.expect('=');
      const type = readType(source);
      source.expect(';');
      found.types.push({ kind: 'alias', name, docs, members: [], type });
    } else if (word === 'record' || word === 'variant' || word === 'enum') {
      found.types.push({ kind: word, name: source.name(), docs, members: readMembers(source, word) });
    } else if (word === 'resource') {
      // Nothing that an author writes down: the module of its interface wraps it by hand.
      const named = source.name();
      if (source.peek() !== '{') throw source.error(`resource ${named} has no body`);
      source.block();
    } else {
      source.expect(':');
      source.expect('func');
      found.funcs.push(readFunc(source, word.replace(/^%/, ''), docs));
    }
  }
}

/** @param {Source} source @param {'record' | 'variant' | 'enum'} kind @returns {Member[]} */
function readMembers(source, kind) {
  const members = [];
  source.expect('{');
  for (;;) {
    const docs = source.docs();
    if (source.takes('}')) return members;
    const name = source.name();
    let type = null;
    if (kind === 'record') {
      source.expect(':');
      type = readType(source);
    } else if (kind === 'variant' && source.takes('(')) {
      type = readType(source);
      source.expect(')');
    }
    members.push({ name, type, docs });
    if (!source.takes(',') && source.peek() !== '}') throw source.error('expected a comma');
  }
}

/** @param {Source} source @param {string} name @param {string[]} docs @returns {Func} */
function readFunc(source, name, docs) {
  const params = [];
  source.expect('(');
  while (!source.takes(')')) {
    const name = source.name();
    source.expect(':');
    params.push({ name, type: readType(source), docs: [] });
    source.takes(',');
  }
  const result = source.takes('->') ? readType(source) : null;
  source.expect(';');
  return { name, docs, params, result };
}

/** @param {Source} source @returns {Type} */
function readType(source) {
  const word = source.name();
  const inside = () => {
    source.expect('<');
    const type = source.takes('_') ? null : readType(source);
    return type;
  };
  if (word === 'list' || word === 'option') {
    const type = inside();
    source.expect('>');
    return word === 'list' ? { list: type } : { option: type };
  }
  if (word === 'result') {
    const ok = inside();
    const err = source.takes(',') ? readType(source) : null;
    source.expect('>');
    return { result: [ok, err] };
  }
  if (['tuple', 'own', 'borrow', 'stream', 'future', 'map'].includes(word)) throw source.error(`${word} is not known here`);
  return word;
}

/** The words of a file, with the doc comments before each. */
class Source {
  /** @param {string} text */
  constructor(text) {
    this.tokens = [...text.matchAll(/\/\/\/ ?(?<doc>.*)|\/\/.*|->|[{}()<>:;,=]|[^\s{}()<>:;,=]+/g)]
      .filter((found) => !found[0].startsWith('//') || found.groups.doc !== undefined)
      .map((found) => ({ text: found[0], doc: found.groups.doc, at: found.index }));
    this.text = text;
    this.position = 0;
  }

  docs() {
    const lines = [];
    while (this.tokens[this.position]?.doc !== undefined) lines.push(this.tokens[this.position++].doc);
    return lines;
  }

  peek() {
    return this.tokens[this.position]?.text;
  }

  next() {
    return this.tokens[this.position++]?.text;
  }

  /** @param {string} text */
  takes(text) {
    if (this.peek() !== text) return false;
    this.position += 1;
    return true;
  }

  /** @param {string} text */
  expect(text) {
    const found = this.next();
    if (found !== text) throw this.error(`expected ${text}, found ${found}`);
  }

  name() {
    const found = this.next();
    if (found === undefined || !/^%?[a-zA-Z][a-zA-Z0-9-]*$/.test(found)) throw this.error(`expected a name, found ${found}`);
    return found.replace(/^%/, '');
  }

  /** Everything up to this word, as one text. @param {string} end */
  until(end) {
    let text = '';
    for (let word = this.next(); word !== end; word = this.next()) {
      if (word === undefined) throw this.error(`expected ${end}`);
      text += word;
    }
    return text;
  }

  /** Passes over a name and a block in braces. */
  block() {
    while (this.next() !== '{');
    for (let depth = 1; depth > 0; ) {
      const word = this.next();
      if (word === undefined) throw this.error('expected }');
      depth += word === '{' ? 1 : word === '}' ? -1 : 0;
    }
  }

  /** @param {string} words */
  error(words) {
    const at = this.tokens[this.position - 1]?.at ?? 0;
    return new Error(`line ${this.text.slice(0, at).split('\n').length}: ${words}`);
  }
}
