/**
 * Forms: `application/x-www-form-urlencoded` bodies, as providers post them and as they want them. The host hands the fields of a
 * multipart body over in the same form, its files beside them in `request.files`.
 *
 * @module
 */

import type { Pair } from './contract.js';

/** The fields of a form, in order and with repetition. */
export class Form {
  /** In order, repetition kept. */
  readonly pairs: readonly Pair[];

  constructor(pairs: Iterable<Pair>) {
    this.pairs = [...pairs];
  }

  /** The first value of this name. */
  get(name: string): string | undefined {
    return this.pairs.find((pair) => pair.name === name)?.value;
  }

  /** All values of this name, in order. */
  all(name: string): string[] {
    return this.pairs.filter((pair) => pair.name === name).map((pair) => pair.value);
  }

  /** The names, each once, in the order in which they first came. */
  names(): string[] {
    return [...new Set(this.pairs.map((pair) => pair.name))];
  }
}

/** Reads a body. Bytes that are no UTF-8 are replaced, as browsers do it. */
export function parse(body: Uint8Array | string): Form {
  const text = typeof body === 'string' ? body : new TextDecoder().decode(body);
  return new Form([...new URLSearchParams(text)].map(([name, value]) => ({ name, value })));
}

/** Fields as a body or a query. What is `undefined` is left out. */
export function encode(fields: Iterable<Pair> | Record<string, string | undefined>): string {
  const pairs: [string, string][] =
    Symbol.iterator in fields
      ? [...(fields as Iterable<Pair>)].map((pair) => [pair.name, pair.value])
      : Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return new URLSearchParams(pairs).toString();
}
