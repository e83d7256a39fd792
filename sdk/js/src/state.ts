/**
 * Key and value for this channel (at app level for the app). Writes commit with the events of the call or not at all.
 *
 * @module
 */

import * as host from '#imports/state.js';
import type { StateError as Why } from './contract.js';

const WORDS: Record<string, string> = {
  'too-large': 'the key is longer than 512 bytes, or the value than 64 KiB',
  full: 'what this channel keeps altogether would be too much',
  'read-only': 'this kind of call may not write',
};

/** Nothing was written. */
export class StateError extends Error {
  override name = 'StateError';
  /** The contract's word for the reason. */
  readonly why: Why['tag'];

  constructor(why: Why['tag']) {
    super(`nothing was written to the state: ${WORDS[why] ?? why}`);
    this.why = why;
  }
}

/** The value of a key, as this call would leave it. */
export const get = (key: string): Uint8Array | undefined => host.get(key);

/** The value of a key as text. */
export function text(key: string): string | undefined {
  const value = get(key);
  return value === undefined ? undefined : new TextDecoder().decode(value);
}

/**
 * Sets a key. A text is kept as UTF-8.
 *
 * @throws {StateError} where the value is too large, the store full, or the call one that may not write (`send`, `preview`).
 */
export function set(key: string, value: Uint8Array | string): void {
  refusing(() => host.set(key, typeof value === 'string' ? new TextEncoder().encode(value) : value));
}

/**
 * Forgets a key; one that is not there is no error.
 *
 * @throws {StateError} where the call is one that may not write.
 */
export function remove(key: string): void {
  refusing(() => host.remove(key));
}

/** At most `count` keys with this prefix after that key, in order. */
export const keys = (prefix: string, { after, count = 1000 }: { after?: string; count?: number } = {}): string[] =>
  host.keys(prefix, after, count);

function refusing(write: () => void): void {
  try {
    write();
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('payload' in error)) throw error;
    throw new StateError((error.payload as Why).tag);
  }
}
