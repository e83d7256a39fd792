/**
 * Reads JSON whose shape is known but not promised. Every reading names the place of what is missing or of another kind:
 * `message.from.id must be a whole number, is a text`. What was found is not told: it may be somebody's words.
 *
 * A whole number that JavaScript would round (an id of 64 bits) is read as the text that it is written as, so that no digit of an
 * id is lost.
 *
 * @module
 */

import type { Extra } from './contract.js';
import * as time from './time.js';

/** What was read is not there, or of another type. Where `receive` lets it through, the request is refused as malformed. */
export class JsonError extends Error {
  override name = 'JsonError';
}

/** A value of JSON. */
export type JsonValue = string | number | boolean | null | JsonValue[] | { [key: string]: JsonValue };

/** The last second of the year 9999. */
const LAST_SECOND = 253_402_300_799;

/** A whole number of so many digits that it may not be exact; no part of a longer number. */
const LONG = /(?<![\w.+-])-?\d{16,}(?![\w.])/g;

/**
 * Parses a body.
 *
 * @throws {JsonError} where it is no JSON, or not UTF-8.
 */
export function parse(body: Uint8Array | string): Json {
  return new Json(parseValue(body), '');
}

/** The same as a plain value, without the readers. */
export function parseValue(body: Uint8Array | string): JsonValue {
  let text: string;
  try {
    text = typeof body === 'string' ? body : new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    throw new JsonError('the body is not UTF-8');
  }
  try {
    const exact = hasLongNumber(text) ? withLongNumbersAsTexts(text) : text;
    return JSON.parse(exact) as JsonValue;
  } catch (error) {
    throw new JsonError(`the body is no JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** Whether there may be a number that is not exact. What stands between quotes is a text, or a part of one, and none. */
function hasLongNumber(text: string): boolean {
  for (const { 0: number, index } of text.matchAll(LONG)) {
    const quoted = text[index - 1] === '"' && text[index + number.length] === '"';
    if (!quoted && !Number.isSafeInteger(Number(number))) return true;
  }
  return false;
}

/** Passes over texts by their quotes, so that a long one costs no memory. */
function withLongNumbersAsTexts(text: string): string {
  const pieces: string[] = [];
  for (let at = 0; at < text.length; ) {
    const begin = text.indexOf('"', at);
    const outside = text.slice(at, begin === -1 ? text.length : begin);
    pieces.push(outside.replace(LONG, (number) => (Number.isSafeInteger(Number(number)) ? number : `"${number}"`)));
    if (begin === -1) break;
    at = endOfText(text, begin + 1);
    pieces.push(text.slice(begin, at));
  }
  return pieces.join('');
}

/** The place behind the quote that ends a text which begins here. */
function endOfText(text: string, from: number): number {
  for (let end = text.indexOf('"', from); end !== -1; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\' && end - 1 - escapes >= from) escapes += 1;
    if (escapes % 2 === 0) return end + 1;
  }
  return text.length;
}

/** A place in a JSON text, with what stands there. */
export class Json {
  /** What stands there; `undefined` where nothing does. */
  readonly value: JsonValue | undefined;
  /** Where: `message.from.id`. Empty for the whole. */
  readonly place: string;

  constructor(value: JsonValue | undefined, place: string) {
    this.value = value;
    this.place = place;
  }

  /** Whether something other than `null` stands here. */
  get exists(): boolean {
    return this.value !== undefined && this.value !== null;
  }

  /** A key of an object. Where this is no object, or has no such key, there is nothing at it. */
  at(key: string): Json {
    const { value } = this;
    const here = typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, key);
    return new Json(here ? value[key] : undefined, this.place === '' ? key : `${this.place}.${key}`);
  }

  /** Whether a key of an object is there and not `null`. */
  has(key: string): boolean {
    return this.at(key).exists;
  }

  /** The keys of an object that are not `null`, in order; of anything else none. */
  keys(): string[] {
    const { value } = this;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.keys(value).filter((key) => value[key] !== null) : [];
  }

  /** Every other key of an object as an extra, so that nothing is dropped: its name, and its value as JSON text. */
  rest(...known: string[]): Extra[] {
    return this.keys().filter((key) => !known.includes(key)).map((name) => ({ name, value: this.at(name).raw() }));
  }

  /** Itself, where an object stands here. */
  object(): this {
    const { value } = this;
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return this;
    throw this.wrong('an object');
  }

  /** The elements of a list. */
  list(): Json[] {
    if (!Array.isArray(this.value)) throw this.wrong('a list');
    return this.value.map((element, index) => new Json(element, `${this.place}[${index}]`));
  }

  /** A text. */
  text(): string {
    if (typeof this.value === 'string') return this.value;
    throw this.wrong('a text');
  }

  /** An id as text, whether it is written as a text or as a whole number. */
  id(): string {
    if (typeof this.value === 'string' && this.value !== '') return this.value;
    if (typeof this.value === 'number' && Number.isSafeInteger(this.value)) return String(this.value);
    throw this.wrong('an id');
  }

  /** A whole number, which may be negative. */
  integer(): number {
    if (typeof this.value === 'number' && Number.isSafeInteger(this.value)) return this.value;
    throw this.wrong('a whole number');
  }

  /** A moment that is given in seconds since 1970, as the contract has it: in milliseconds. */
  seconds(): number {
    const seconds = this.value;
    if (typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= LAST_SECOND) return time.fromSeconds(seconds);
    throw this.wrong('a time in seconds');
  }

  /** A number. */
  number(): number {
    if (typeof this.value === 'number') return this.value;
    throw this.wrong('a number');
  }

  /** True or false. */
  boolean(): boolean {
    if (typeof this.value === 'boolean') return this.value;
    throw this.wrong('true or false');
  }

  /** What a reading gives where something stands here, else nothing: `user.at('username').optional((name) => name.text())`. */
  optional<T>(read: (here: Json) => T): T | undefined {
    return this.exists ? read(this) : undefined;
  }

  /** What a reading gives, or nothing where what stands here cannot be read so. For what one can do without. */
  ifPossible<T>(read: (here: Json) => T): T | undefined {
    try {
      return this.exists ? read(this) : undefined;
    } catch (error) {
      if (error instanceof JsonError) return undefined;
      throw error;
    }
  }

  /** As JSON text. */
  raw(): string {
    return JSON.stringify(this.value ?? null);
  }

  /** What to throw where this is not as it should be: `throw update.at('kind').wrong('one of a, b')`. */
  wrong(wanted: string): JsonError {
    const place = this.place === '' ? 'the body' : this.place;
    if (this.place !== '' && !this.exists) return new JsonError(`${place} is missing`);
    return new JsonError(`${place} must be ${wanted}, is ${kind(this.value)}`);
  }
}

/** A value of JSON in words. */
function kind(value: JsonValue | undefined): string {
  if (value === null || value === undefined) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'a text';
    case 'number':
      return 'a number';
    case 'boolean':
      return 'true or false';
    default:
      return 'an object';
  }
}
