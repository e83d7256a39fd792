/** The manifest's place in a component: a custom section at its end, which any tool that reads components passes over. */

/** The name of the section. */
export const MANIFEST_SECTION = 'lockgate:channel.toml';

/** How a component begins: the magic of WebAssembly, version 13, layer 1. */
const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];

/** Puts a manifest's text at the end of a component. */
export function embedManifest(component: Uint8Array, manifest: string): Uint8Array {
  if (!PREAMBLE.every((byte, index) => component[index] === byte)) throw new Error('what was compiled is no component');
  const name = new TextEncoder().encode(MANIFEST_SECTION);
  const text = new TextEncoder().encode(manifest);
  const head = leb128(name.length);
  const size = head.length + name.length + text.length;
  return Buffer.concat([component, Uint8Array.of(0), leb128(size), head, name, text]);
}

/** An unsigned number as WebAssembly writes it. */
function leb128(number: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = number; ; ) {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest === 0 ? low : low | 0x80);
    if (rest === 0) return Uint8Array.from(bytes);
  }
}
