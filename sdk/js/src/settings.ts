/**
 * The channel's own settings and its app's (at app level the app's alone), without secrets.
 *
 * @module
 */

import * as host from '#imports/settings.js';
import type { Setting, SettingValue } from './contract.js';

/** One setting, if it is filled in or has a default. */
export const get = (key: string): SettingValue | undefined => host.get(key);

/** All that are filled in or have a default. */
export const all = (): Setting[] => host.all();

/** A setting that is text and not empty. */
export function text(key: string): string | undefined {
  const value = get(key);
  return value?.tag === 'text' && value.val !== '' ? value.val : undefined;
}

/** A setting that is a number. */
export function number(key: string): number | undefined {
  const value = get(key);
  return value?.tag === 'number' ? value.val : undefined;
}

/** A setting that is yes or no; one that is not filled in is no. */
export function boolean(key: string): boolean {
  const value = get(key);
  return value?.tag === 'boolean' && value.val;
}

/** A setting that is several lines; empty where none are filled in. */
export function texts(key: string): string[] {
  const value = get(key);
  return value?.tag === 'texts' ? value.val : [];
}
