/** The host's settings. */
import * as host from 'lockgate:channel/settings';
import { lift } from '../../complete.js';
import type { Setting, SettingValue } from '../../contract.js';

export const get = (key: string): SettingValue | undefined => lift(host.get(key)) as SettingValue | undefined;
export const all = (): Setting[] => lift(host.all()) as Setting[];
