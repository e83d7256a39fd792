/** The host's settings, in a test. */
import type { Setting, SettingValue } from '../../contract.js';
import { host } from './host.js';

export const get = (key: string): SettingValue | undefined => host.settings.find((setting) => setting.key === key)?.value;
export const all = (): Setting[] => structuredClone(host.settings);
