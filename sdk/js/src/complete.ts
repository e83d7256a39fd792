/**
 * Completes and checks values of the contract. An author leaves out what he does not have; a value that the contract does not
 * know is refused here, in words that name its place, because the component's own bindings would only trap.
 *
 * @module
 */

import { shapes } from './contract.js';

/** One type of the contract. Types are written as a name, `[name]` for a list and `?name` for what may be absent. */
export type Shape =
  | { record: Record<string, string>; defaults?: Record<string, unknown>; text?: string }
  | { variant: Record<string, string> }
  | { cases: string[] }
  | { alias: string };

/** A value that the contract does not know. Its message names the place and what is wrong there. */
export class ContractError extends TypeError {
  override name = 'ContractError';

  constructor(place: string, words: string) {
    super(place === '' ? words : `${place}: ${words}`);
  }
}

const encoder = new TextEncoder();

/**
 * A value of this type with all that was left out.
 *
 * @throws {ContractError} where it is none.
 */
export function complete(type: string, value: unknown, place = ''): unknown {
  return walk(type, value, place, false);
}

/** The same as the component's bindings want it: numbers of 64 bits as `bigint`. */
export function lower(type: string, value: unknown, place = ''): unknown {
  return walk(type, value, place, true);
}

/** A value from the component's bindings as an author is handed it: every `bigint` that a number can hold exactly is one. */
export function lift(value: unknown): unknown {
  if (typeof value === 'bigint') return value <= Number.MAX_SAFE_INTEGER ? Number(value) : value;
  if (typeof value !== 'object' || value === null) return value;
  // The bindings have a global object of their own, so that what they make is of other classes than the author's.
  if (isBytes(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (Array.isArray(value)) return Array.from(value, lift);
  const lifted: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) lifted[key] = lift(inner);
  return lifted;
}

const INTEGERS: Record<string, number> = { u8: 0xff, u16: 0xffff, u32: 0xffff_ffff };

function walk(type: string, value: unknown, place: string, low: boolean): unknown {
  if (type.startsWith('?')) {
    return value === undefined || value === null ? undefined : walk(type.slice(1), value, place, low);
  }
  if (type.startsWith('[')) {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value)) throw new ContractError(place, `expected a list, found ${kind(value)}`);
    const inner = type.slice(1, -1);
    return value.map((element, index) => walk(inner, element, `${place}[${index}]`, low));
  }
  switch (type) {
    case 'string':
      if (typeof value === 'string') return wellFormed(value);
      throw new ContractError(place, `expected a text, found ${kind(value)}${typeof value === 'number' ? '; write String(…)' : ''}`);
    case 'bool':
      if (value === undefined || value === null) return false;
      if (typeof value === 'boolean') return value;
      throw new ContractError(place, `expected true or false, found ${kind(value)}`);
    case 'f64':
      if (typeof value === 'number') return value;
      throw new ContractError(place, `expected a number, found ${kind(value)}`);
    case 'u64':
      return wide(value, place, low);
    case 'bytes':
      if (value === undefined || value === null) return new Uint8Array();
      if (isBytes(value)) return value;
      if (typeof value === 'string') return encoder.encode(value);
      throw new ContractError(place, `expected bytes (Uint8Array) or a text, found ${kind(value)}`);
  }
  const most = INTEGERS[type];
  if (most !== undefined) {
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
    throw new ContractError(place, `expected a whole number from 0 to ${most}, found ${kind(value)}`);
  }
  const shape = shapes[type];
  if (shape === undefined) throw new ContractError(place, `the contract has no ${type}`);
  if ('alias' in shape) return walk(shape.alias, value, place, low);
  if ('cases' in shape) {
    if (typeof value === 'string' && shape.cases.includes(value)) return value;
    throw new ContractError(place, `expected one of ${shape.cases.join(', ')}, found ${kind(value)}`);
  }
  return 'variant' in shape ? variant(type, shape.variant, value, place, low) : record(type, shape, value, place, low);
}

/** A text with U+FFFD in place of halves of surrogate pairs: JSON can spell one alone, the contract's texts cannot hold it. */
function wellFormed(text: string): string {
  return (text as unknown as { toWellFormed(): string }).toWellFormed();
}

function variant(type: string, cases: Record<string, string>, value: unknown, place: string, low: boolean): unknown {
  const { tag, val } = object(type, value, place) as { tag?: unknown; val?: unknown };
  const inner = typeof tag === 'string' && Object.hasOwn(cases, tag) ? cases[tag] : undefined;
  if (inner === undefined) {
    throw new ContractError(`${place}${place && '.'}tag`, `${type} has no case ${kind(tag)}; it has ${Object.keys(cases).join(', ')}`);
  }
  if (inner === '') {
    if (val !== undefined) throw new ContractError(`${place}${place && '.'}val`, `the case ${String(tag)} of ${type} carries nothing`);
    return { tag };
  }
  return { tag, val: walk(inner, val, `${place}${place && '.'}val`, low) };
}

function record(
  type: string,
  shape: { record: Record<string, string>; defaults?: Record<string, unknown>; text?: string },
  value: unknown,
  place: string,
  low: boolean,
): unknown {
  let given = value;
  if (shape.text !== undefined && typeof value === 'string') given = { [shape.text]: value };
  if (type === 'part') given = partOf(value);
  const fields = object(type, given, place);
  for (const key of Object.keys(fields)) {
    if (!Object.hasOwn(shape.record, key)) {
      throw new ContractError(place, `${type} has no field ${key}; it has ${Object.keys(shape.record).join(', ')}`);
    }
  }
  const whole: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(shape.record)) {
    const own = fields[key] ?? shape.defaults?.[key];
    if (own === undefined && !mayBeAbsent(inner)) {
      throw new ContractError(place, `${type} needs its field ${key}`);
    }
    whole[key] = walk(inner, own === undefined && isRecord(inner) ? {} : own, `${place}${place && '.'}${key}`, low);
  }
  return whole;
}

/** A content, or a text, as the part that it is without extras. */
function partOf(value: unknown): unknown {
  if (typeof value === 'string') return { content: { tag: 'text', val: value } };
  if (typeof value === 'object' && value !== null && 'tag' in value) return { content: value };
  return value;
}

function isRecord(type: string): boolean {
  const shape = shapes[type];
  return shape !== undefined && 'record' in shape;
}

/** Whether a value of this type may be left out: the same rule by which the types were generated. */
function mayBeAbsent(type: string): boolean {
  if (type.startsWith('?') || type.startsWith('[') || type === 'bool' || type === 'bytes') return true;
  const shape = shapes[type];
  if (shape === undefined) return false;
  if ('alias' in shape) return mayBeAbsent(shape.alias);
  if (!('record' in shape)) return false;
  return Object.entries(shape.record).every(([key, inner]) => shape.defaults?.[key] !== undefined || mayBeAbsent(inner));
}

function object(type: string, value: unknown, place: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !isBytes(value)) {
    return value as Record<string, unknown>;
  }
  throw new ContractError(place, `expected ${article(type)}, found ${kind(value)}`);
}

function wide(value: unknown, place: string, low: boolean): unknown {
  if (typeof value === 'bigint' && value >= 0n && value < 1n << 64n) return value;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return low ? BigInt(value) : value;
  const remedy = typeof value === 'number' && value > Number.MAX_SAFE_INTEGER ? '; write it as a bigint' : '';
  throw new ContractError(place, `expected a whole number that is not negative, found ${kind(value)}${remedy}`);
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

/** Whether a value is bytes, whichever global object's. */
export function isBytes(value: unknown): value is Uint8Array {
  return Object.prototype.toString.call(value) === '[object Uint8Array]';
}

/** A value in words, short enough for an error. */
export function kind(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (isBytes(value)) return 'bytes';
  if (typeof value === 'object') return 'an object';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'string') return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  return String(value);
}
