/** Bodies from what an author writes. */

const encoder = new TextEncoder();

/** Bytes as they are, a text as UTF-8, anything else as JSON. */
export function encoded(body: unknown): Uint8Array {
  if (body instanceof Uint8Array) return body;
  return encoder.encode(typeof body === 'string' ? body : JSON.stringify(body));
}
