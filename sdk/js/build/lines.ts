/** From a source map (ECMA-426) to what a stack needs of it: for each line of a bundle, the file and line that it begins with. */

/** What is read of a source map. */
export interface SourceMap {
  /** The files. */
  sources: string[];
  /** Segments of numbers in base 64: by `;` a line, by `,` a piece of it. */
  mappings: string;
}

/** Two numbers for each line of the bundle: the file's place in `sources` and its line counted from 1, or twice -1. */
export function lineTable({ mappings }: SourceMap): number[] {
  let [source, line] = [0, 0];
  return mappings.split(';').flatMap((row) => {
    let first: [number, number] | undefined;
    for (const segment of row.split(',')) {
      const [, ofSource, ofLine] = numbers(segment);
      if (ofSource === undefined || ofLine === undefined) continue;
      source += ofSource;
      line += ofLine;
      first ??= [source, line + 1];
    }
    return first ?? [-1, -1];
  });
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of a segment, each of variable length with its sign in the lowest bit. */
function numbers(segment: string): number[] {
  const found: number[] = [];
  let [value, shift] = [0, 0];
  for (const letter of segment) {
    const digit = DIGITS.indexOf(letter);
    value += (digit & 31) << shift;
    if (digit & 32) {
      shift += 5;
    } else {
      found.push(value & 1 ? -(value >> 1) : value >> 1);
      [value, shift] = [0, 0];
    }
  }
  return found;
}
