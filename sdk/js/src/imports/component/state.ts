/** The host's keys and values. A refusal is thrown with the contract's word for it as `payload`. */
import * as host from 'lockgate:channel/state';
import { lift } from '../../complete.js';

export { delete as remove, keys, set } from 'lockgate:channel/state';
export const get = (key: string): Uint8Array | undefined => lift(host.get(key)) as Uint8Array | undefined;
