/**
 * An error in words that lead its author to his own line: the bundle's positions are led back to the files that it was made of.
 *
 * @module
 */

/** Where the lines of a bundle come from: the parts of a source map (ECMA-426) that are needed for it. */
export interface LineMap {
  /** The files, as the author knows them. */
  sources: string[];
  /** As in a source map. */
  mappings: string;
}

/** How many frames are told: the host keeps 1024 characters of a trap. */
const FRAMES = 8;

/** An error: its name, its message, and the author's own lines. Of what is thrown and no error, only what it is. */
export function inWords(error: unknown, map: LineMap | undefined): string {
  if (!(error instanceof Error)) return `thrown, and no Error: ${shown(error)}`;
  const frames = (error.stack ?? '').split('\n').flatMap((line) => frame(line, map)).slice(0, FRAMES);
  const cause = error.cause === undefined ? [] : [`caused by ${inWords(error.cause, map)}`];
  return [`${error.name}: ${error.message}`, ...frames.map((text) => `  at ${text}`), ...cause].join('\n');
}

/** A text in which positions of the bundle are led back. */
export function ledBack(text: string, bundle: string, map: LineMap): string {
  const position = new RegExp(`${bundle.replace(/[.\\]/g, '\\$&')}:(\\d+):(\\d+)`, 'g');
  return text.replace(position, (whole, line, column) => origin(map, Number(line), Number(column)) ?? whole);
}

function shown(value: unknown): string {
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

/** A line of a stack as SpiderMonkey writes it, `name@file:line:column`, unless it is of the SDK or of the bindings. */
function frame(text: string, map: LineMap | undefined): string[] {
  const found = /^(.*)@(.+):(\d+):(\d+)$/.exec(text);
  if (found === null) return [];
  const [, name = '', file = '', line, column] = found;
  if (file.endsWith('initializer.js')) return [];
  const place = map === undefined ? undefined : origin(map, Number(line), Number(column));
  if (place === undefined) return map === undefined ? [`${name || 'top level'} (${file}:${line}:${column})`] : [];
  if (place.startsWith('@lockgate/sdk/')) return [];
  return [`${name || 'top level'} (${place})`];
}

/** Where a position of the bundle comes from: `src/receive.ts:12:5`. Lines count from 1, columns too. */
function origin(map: LineMap, line: number, column: number): string | undefined {
  const rows = map.mappings.split(';');
  if (line < 1 || line > rows.length) return undefined;
  let [source, fromLine, fromColumn] = [0, 0, 0];
  let best: [number, number, number] | undefined;
  for (let row = 0; row < line; row += 1) {
    let at = 0;
    for (const segment of (rows[row] as string).split(',')) {
      const [own, ...from] = numbers(segment);
      if (own === undefined) continue;
      at += own;
      if (from.length >= 3) {
        source += from[0] as number;
        fromLine += from[1] as number;
        fromColumn += from[2] as number;
        if (row === line - 1 && (best === undefined || at < column)) best = [source, fromLine, fromColumn];
      }
    }
  }
  if (best === undefined) return undefined;
  return `${map.sources[best[0]] ?? '?'}:${best[1] + 1}:${best[2] + 1}`;
}

const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** The numbers of a segment, in base 64 with variable length. */
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
