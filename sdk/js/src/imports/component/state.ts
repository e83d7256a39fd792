/** The host's keys and values. A refusal is thrown with the contract's word for it as `payload`. */
export { delete as remove, get, keys, set } from 'lockgate:channel/state';
