/** Bodies from what an author writes. */

import { isBytes } from './complete.js';

const encoder = new TextEncoder();

/** Bytes as they are, a text as UTF-8, anything else as JSON. */
export function encoded(body: unknown): Uint8Array {
  if (isBytes(body)) return body;
  return encoder.encode(typeof body === 'string' ? body : JSON.stringify(body));
}
