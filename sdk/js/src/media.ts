/**
 * Files: what came with a form, and what the plugin keeps. Needs `[media]` in the manifest; to read what came with a form,
 * `[route.files]` is enough. What no event of the call names is dropped again.
 *
 * @module
 */

import * as host from '#imports/media.js';
import { isBytes } from './complete.js';
import type { Description, MediaError as Why } from './contract.js';
import { MediaError } from './media-error.js';

/** Bytes that go by at once, at most. */
export const PIECE = 1024 * 1024;

export { MediaError } from './media-error.js';

/**
 * Keeps a file and gives its name. A text is kept as UTF-8; of pieces never more than one needs to be in memory.
 *
 * @throws {MediaError} where it is too large, of a kind that is not permitted, or may not be kept now.
 */
export function keep(content: Uint8Array | string | Iterable<Uint8Array>, fileName?: string): string {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const pieces = isBytes(bytes) ? [bytes] : bytes;
  return refusing(() => {
    const writer = host.create(fileName);
    for (const piece of pieces) {
      for (let at = 0; at < piece.length; at += PIECE) writer.write(piece.subarray(at, at + PIECE));
    }
    return host.finish(writer);
  });
}

/**
 * At most `count` bytes from `offset` on, and at most {@link PIECE}; none behind the end.
 *
 * @throws {MediaError} where this channel has no file of that name.
 */
export function read(handle: string, offset = 0, count = PIECE): Uint8Array {
  return refusing(() => host.read(handle, BigInt(offset), count));
}

/**
 * A file piece by piece.
 *
 * @throws {MediaError} where this channel has no file of that name.
 */
export function* pieces(handle: string): Generator<Uint8Array> {
  for (let at = 0; ; ) {
    const piece = read(handle, at);
    if (piece.length === 0) return;
    yield piece;
    at += piece.length;
  }
}

/**
 * All of a file. Where it can be larger than the plugin's memory, {@link pieces}.
 *
 * @throws {MediaError} where this channel has no file of that name.
 */
export function all(handle: string): Uint8Array {
  const found = [...pieces(handle)];
  const bytes = new Uint8Array(found.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of found) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/**
 * What is known of a file.
 *
 * @throws {MediaError} where this channel has no file of that name.
 */
export const describe = (handle: string): Description => refusing(() => host.describe(handle));

/**
 * An address at which a provider that fetches media itself gets a file without signing in, for so many milliseconds and at most a
 * day. Whoever has it can fetch the file: give it to the provider and nobody else.
 *
 * @throws {MediaError} where `[media]` does not say `share = true`, in `check` and `preview`, or where this channel has no file of
 * that name.
 */
export const share = (handle: string, lifetime: number): string => refusing(() => host.share(handle, BigInt(lifetime)));

function refusing<T>(run: () => T): T {
  try {
    return run();
  } catch (error) {
    if (typeof error !== 'object' || error === null || !('payload' in error)) throw error;
    throw new MediaError(error.payload as Why);
  }
}
