/**
 * An error in words that lead its author to his own line: the bundle's lines are led back to the files that it was made of.
 *
 * @module
 */

/** Where the lines of a bundle come from. Made by the build, so that a plugin need not decode a source map. */
export interface LineMap {
  /** The files, as the author knows them. */
  sources: string[];
  /** Two numbers for each line of the bundle, from the first: the file's place in `sources` and its line, or twice -1. */
  lines: number[];
}

/** How many frames are told: the host keeps 1024 characters of a trap. */
const FRAMES = 8;

/** An error: its name, its message, and the author's own lines. Of what is thrown and no error, only what it is. */
export function inWords(error: unknown, map: LineMap | undefined): string {
  if (!isError(error)) return `thrown, and no Error: ${shown(error)}`;
  const frames = (error.stack ?? '').split('\n').flatMap((line) => frame(line, map)).slice(0, FRAMES);
  const cause = error.cause === undefined ? [] : [`caused by ${inWords(error.cause, map)}`];
  return [`${error.name}: ${error.message}`, ...frames.map((text) => `  at ${text}`), ...cause].join('\n');
}

/** A text in which positions of the bundle are led back. */
export function ledBack(text: string, bundle: string, map: LineMap): string {
  const position = new RegExp(`\\b${bundle.replace(/[.\\]/g, '\\$&')}:(\\d+)(?::\\d+)?`, 'g');
  return text.replace(position, (whole, line) => origin(map, Number(line)) ?? whole);
}

/** An error of whichever global object: the bindings have one of their own. */
function isError(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && typeof (value as Error).message === 'string' && 'stack' in value;
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
  const found = /^(.*)@(.+):(\d+):\d+$/.exec(text);
  if (found === null) return [];
  const [, name = '', file = '', line] = found;
  const where = name === '' ? 'the top level' : name;
  if (map === undefined) return [`${where} (${file}:${line})`];
  const place = file.endsWith('initializer.js') ? undefined : origin(map, Number(line));
  return place === undefined || place.startsWith('@lockgate/sdk/') ? [] : [`${where} (${place})`];
}

/** Where a line of the bundle comes from: `src/receive.ts:12`. Lines count from 1. */
function origin(map: LineMap, line: number): string | undefined {
  const source = map.sources[map.lines[2 * line - 2] ?? -1];
  return source === undefined ? undefined : `${source}:${map.lines[2 * line - 1]}`;
}
