/** The host's keys and values, in a test; with the contract's limits of a key and a value. */
import { host } from './host.js';

const KEY = 512;
const VALUE = 64 * 1024;

export const get = (key: string): Uint8Array | undefined => host.state.get(key)?.slice();

export function set(key: string, value: Uint8Array): void {
  if (host.stateIsReadOnly) throw refused('read-only');
  if (new TextEncoder().encode(key).length > KEY || value.length > VALUE) throw refused('too-large');
  host.state.set(key, value.slice());
}

export function remove(key: string): void {
  if (host.stateIsReadOnly) throw refused('read-only');
  host.state.delete(key);
}

export function keys(prefix: string, after: string | undefined, count: number): string[] {
  const found = [...host.state.keys()].filter((key) => key.startsWith(prefix) && (after === undefined || key > after));
  return found.sort().slice(0, count);
}

function refused(tag: string): Error {
  return Object.assign(new Error(tag), { payload: { tag } });
}
