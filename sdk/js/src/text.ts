/**
 * Texts that must fit somewhere.
 *
 * @module
 */

/** How much of a provider's text a `native` may carry, in bytes. */
const NATIVE = 64 * 1024;

const encoder = new TextEncoder();

/** As much of a text as a `native` may carry: 64 KiB of UTF-8, cut between characters. */
export function excerpt(text: string, bytes = NATIVE): string {
  if (text.length * 3 <= bytes) return text;
  const { read } = encoder.encodeInto(text, new Uint8Array(bytes));
  return text.slice(0, read);
}

/** How long a text is in Unicode characters; its `length` counts units of UTF-16. */
export function characters(text: string): number {
  let count = 0;
  for (const _ of text) count += 1;
  return count;
}
