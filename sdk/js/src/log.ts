/**
 * For the people who run the plugin. The host scrubs secrets and bounds the bytes of a call.
 *
 * @module
 */

import * as host from '#imports/log.js';
import type { Level } from './contract.js';

/** What varies between lines of one kind. */
export type Fields = Record<string, string | number | boolean | bigint>;

/** Writes one line. Fields carry what varies, so that lines of one kind can be counted. */
export function write(level: Level, message: string, fields: Fields = {}): void {
  host.write(level, String(message), Object.entries(fields).map(([name, value]) => ({ name, value: String(value) })));
}

/** For whoever writes the plugin. */
export const debug = (message: string, fields?: Fields): void => write('debug', message, fields);

/** Something that happened as it should. */
export const info = (message: string, fields?: Fields): void => write('info', message, fields);

/** Something an admin should look at. */
export const warn = (message: string, fields?: Fields): void => write('warn', message, fields);

/** Something was lost. */
export const error = (message: string, fields?: Fields): void => write('error', message, fields);
