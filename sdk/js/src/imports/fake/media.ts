/** The host's files, in a test: in memory, and whatever is kept is taken. */
import { complete } from '../../complete.js';
import type { Description } from '../../contract.js';
import { host } from './host.js';

const PIECE = 1024 * 1024;

class Writer {
  readonly pieces: Uint8Array[] = [];
  constructor(readonly fileName: string | undefined) {}
  write(bytes: Uint8Array): void {
    this.pieces.push(bytes.slice());
  }
}

export const create = (fileName: string | undefined): Writer => new Writer(fileName);

export function finish(writer: Writer): string {
  const bytes = new Uint8Array(writer.pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of writer.pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  let number = 0;
  while (host.files.has(`kept-${number}`)) number += 1;
  host.files.set(`kept-${number}`, { bytes, contentType: 'application/octet-stream', fileName: writer.fileName });
  return `kept-${number}`;
}

export function read(handle: string, offset: bigint, count: number): Uint8Array {
  return file(handle).bytes.slice(Number(offset), Number(offset) + Math.min(count, PIECE));
}

export function describe(handle: string): Description {
  const { bytes, contentType, fileName } = file(handle);
  // Nothing here makes digests.
  return complete('description', { size: bytes.length, contentType, fileName, sha256: new Uint8Array() }) as Description;
}

/** How long it is open is the host's to keep. */
export function share(handle: string, _lifetime: bigint): string {
  file(handle);
  return `https://media.host.example/${handle}`;
}

function file(handle: string): { bytes: Uint8Array; contentType: string; fileName?: string | undefined } {
  const found = host.files.get(handle);
  if (found === undefined) throw Object.assign(new Error('not-found'), { payload: { tag: 'not-found' } });
  return found;
}
