/**
 * Telegram bots: what people write to one, and answers to them. What each kind of update becomes, and what each answer of
 * `sendMessage`, is listed in the README.
 *
 * @module
 */

export { check } from './check.js';
export { preview } from './preview.js';
export { receive } from './receive.js';
export { send } from './send.js';
