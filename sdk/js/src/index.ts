/**
 * Write a Lockgate channel plugin in TypeScript or JavaScript.
 *
 * A plugin is a module that exports functions of the contract (see {@link Plugin}):
 *
 * ```js
 * import { json } from '@lockgate/sdk';
 *
 * export function receive(request) {
 *   const note = json.parse(request.body);
 *   const author = note.at('from').id();
 *   return {
 *     events: [{
 *       dedup: note.at('id').id(),
 *       at: request.receivedAt,
 *       thread: { key: author },
 *       actor: { key: author, assurance: { tag: 'provider' } },
 *       body: { tag: 'message', val: { id: note.at('id').id(), parts: [note.at('text').text()] } },
 *     }],
 *   };
 * }
 * ```
 *
 * `lockgate-build` makes the component of it. In node every import reaches the small host of `@lockgate/sdk/testing`, so that unit
 * tests need no sandbox.
 *
 * @module
 */

export * from './contract.js';
export { ContractError } from './complete.js';
export { FaultError } from './fault-error.js';
export { RefusalError, malformed, notNow, unauthentic } from './refusal-error.js';
export type { Actions, Directory, Plugin } from './plugin.js';
export * as credentials from './credentials.js';
export * as delivery from './delivery.js';
export * as form from './form.js';
export * as hooks from './hooks.js';
export * as http from './http.js';
export * as json from './json.js';
export * as log from './log.js';
export * as mediaStore from './media.js';
export * as settings from './settings.js';
export * as state from './state.js';
export * as text from './text.js';
export * as time from './time.js';
