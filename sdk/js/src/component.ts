/**
 * From the functions that a plugin's module exports to the exports of its component. Imported by the entry that `lockgate-build`
 * writes, never by a plugin.
 *
 * @module
 */

import { lift, lower } from './complete.js';
import type { Draft, EventInit, Request, Setting } from './contract.js';
import * as calls from './plugin.js';
import type { Plugin } from './plugin.js';
import { inWords } from './stack.js';
import type { LineMap } from './stack.js';

/** What the component's ability `connector` is. */
export const connector = (plugin: Plugin) => ({
  check: (settings: unknown) => guarded(() => calls.check(plugin, lift(settings) as Setting[], lower)),
});

/** What the component's ability `ingress` is. */
export const ingress = (plugin: Plugin) => ({
  receive: (request: unknown) => guarded(() => calls.receive(plugin, lift(request) as Request, lower), stopRefusing),
});

/** What the component's ability `background` is. */
export const background = (plugin: Plugin) => ({
  followUp: (what: unknown) => guarded(() => calls.followUp(plugin, lift(what) as string, lower), stopRefusing),
});

/** What the component's ability `poller` is. */
export const poller = (plugin: Plugin) => ({
  poll: (cursor: unknown) => guarded(() => calls.poll(plugin, lift(cursor) as string | undefined, lower), stopRefusing),
});

/** What the component's ability `media-fetcher` is. */
export const mediaFetcher = (plugin: Plugin) => ({
  fetch: (deferred: unknown) => guarded(() => calls.fetchMedia(plugin, lift(deferred) as string, lower), stopRefusing),
});

/** What the component's ability `sender` is. */
export const sender = (plugin: Plugin) => ({
  send: (draft: unknown) => guarded(() => calls.send(plugin, lift(draft) as Draft, lower)),
  preview: (draft: unknown) => guarded(() => calls.preview(plugin, lift(draft) as Draft, lower)),
});

/** What the component's ability `actions` is: every function of it, written or not. */
export const actions = (plugin: Plugin) =>
  Object.fromEntries(
    (Object.keys(calls.UNWRITTEN) as (keyof calls.Actions)[]).map((name) => [
      name,
      (...values: unknown[]) => guarded(() => calls.act(plugin, name, values.map(lift), lower)),
    ]),
  );

/** What the component's ability `directory` is: every function of it, written or not. */
export const directory = (plugin: Plugin) =>
  Object.fromEntries(
    (Object.keys(calls.NOT_LOOKED_UP) as (keyof calls.Directory)[]).map((name) => [
      name,
      (...values: unknown[]) => guarded(() => calls.lookUp(plugin, name, values.map(lift), lower), stopRefusing),
    ]),
  );

/** Where the build leaves the map of the bundle's lines. */
const MAP = '__lockgate_lines';

/** Runs a call. What it throws is told on standard error, which the host keeps as the plugin's last words, and ends the call. */
function guarded<T>(run: () => T | Promise<T>, end = stop): T | Promise<T> {
  const fail = (error: unknown): never => {
    console.error(inWords(error, (globalThis as Record<string, unknown>)[MAP] as LineMap | undefined));
    return end();
  };
  try {
    const value = run();
    return calls.isPromise(value) ? value.catch(fail) : value;
  } catch (error) {
    return fail(error);
  }
}

/** Ends the call. The words that matter are printed already; the host leaves out the engine's, which names what is thrown. */
function stop(): never {
  throw 'the call ended';
}

/** The same where the bindings would take what is thrown for a refusal: they ask for its payload, and that fails. */
function stopRefusing(): never {
  throw Object.defineProperty({}, 'payload', { get: stop });
}

/** What a component has no use of: requests go through `http`, which tells what left from what did not. */
(globalThis as Record<string, unknown>).fetch = () => {
  throw new Error("fetch is not there; send requests with http of '@lockgate/sdk'");
};

/**
 * Completes one event of the commonest kind while the component is built: what the engine learns of the code on the way is in the
 * snapshot that every call begins with, and spares each about a sixth of its time.
 */
function rehearse(): void {
  const event: EventInit = {
    dedup: '1',
    at: 1,
    order: 1,
    thread: { key: '1' },
    actor: { key: '1', assurance: { tag: 'provider' } },
    body: { tag: 'message', val: { id: '1', parts: ['text'], traits: ['forwarded'], extras: [{ name: 'name', value: '1' }] } },
  };
  lower('reception', lift({ events: [event] }));
}

rehearse();
