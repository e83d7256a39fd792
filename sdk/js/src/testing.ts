/**
 * A small host in memory for unit tests of a plugin in node, empty at first. Absent from components.
 *
 * ```js
 * import { host, receive, request } from '@lockgate/sdk/testing';
 * import * as plugin from '../src/plugin.js';
 *
 * host.reset();
 * host.set('bot_id', '7');
 * const { events } = await receive(plugin, request({ body: '{"id":"1"}' }));
 * ```
 *
 * @module
 */

import { complete } from './complete.js';
import type { Author, Draft, DraftInit, DraftPartInit, Event, FieldProblem, IdentityKind, Outcome, Page, Part, PartInit, PartOutcome, Problem, Reception, Request, RequestInit, Setting, Target, TargetInit } from './contract.js';
import { FaultError } from './fault-error.js';
import { host } from './imports/fake/host.js';
import * as calls from './plugin.js';
import type { Actions, Directory, Plugin } from './plugin.js';
import { RefusalError } from './refusal-error.js';

export { FakeHost, host } from './imports/fake/host.js';
export type { LogLine, ScriptedAnswer, SentRequest, Step } from './imports/fake/host.js';
export { SendError } from './send-error.js';

/** A request to a hook: an empty POST, with what is given in it. A body that is no text and no bytes is written as JSON. */
export function request(given: Partial<Omit<RequestInit, 'body'>> & { body?: unknown } = {}): Request {
  const { body, ...rest } = given;
  const empty = { route: 'events', method: 'POST', path: '', receivedAt: 1_760_000_000_000, url: 'https://hooks.example.org/hooks/key/events' };
  const bytes = body === undefined || typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
  return complete('request', { ...empty, ...rest, body: bytes }) as Request;
}

/** A draft of these parts, numbered from 1, in a direct thread; with what else is given. */
export function draft(parts: PartInit[], given: Partial<DraftInit> = {}): Draft {
  const numbered = parts.map((part, index): DraftPartInit => ({ id: index + 1, clientRef: `ref-${index + 1}`, part }));
  return complete('draft', { delivery: 'delivery', account: 'account', thread: { key: 'thread' }, parts: numbered, ...given }) as Draft;
}

/** What an action is done to: this message, in a direct thread; with what else is given. */
export function target(message: string | undefined, given: Partial<TargetInit> = {}): Target {
  return complete('target', { clientRef: 'ref-1', thread: { key: 'thread' }, message, ...given }) as Target;
}

/** Calls `check` as the host does. */
export async function check(plugin: Plugin, settings: Setting[] = host.settings): Promise<FieldProblem[]> {
  return during({}, () => calls.check(plugin, structuredClone(settings)));
}

/**
 * Calls `receive` as the host does. What a call that fails, or refuses, wrote to the state is taken back.
 *
 * @throws {RefusalError} where the plugin refuses the request.
 */
export async function receive(plugin: Plugin, given: Request): Promise<Reception> {
  const before = new Map(host.state);
  try {
    const received = await during({ writes: true }, () => calls.receive(plugin, structuredClone(given)));
    if (received.tag === 'err') throw new RefusalError(received.val);
    return received.val;
  } catch (error) {
    host.state = before;
    throw error;
  }
}

/**
 * Calls `followUp` as the host does. What a call that comes to nothing wrote to the state is taken back.
 *
 * @throws {FaultError} where it comes to nothing.
 */
export async function followUp(plugin: Plugin, what: string): Promise<Event[]> {
  return work(() => calls.followUp(plugin, what));
}

/**
 * Calls `poll` as the host does. What a call that comes to nothing wrote to the state is taken back.
 *
 * @throws {FaultError} where it comes to nothing.
 */
export async function poll(plugin: Plugin, cursor?: string): Promise<Page> {
  return work(() => calls.poll(plugin, cursor));
}

/**
 * Calls `fetchMedia` as the host does: the name of the file, which `media` reads. What a call that comes to nothing wrote to the
 * state is taken back.
 *
 * @throws {FaultError} where it comes to nothing.
 */
export async function fetchMedia(plugin: Plugin, deferred: string): Promise<string> {
  return work(() => calls.fetchMedia(plugin, deferred));
}

async function work<T>(call: () => calls.Worked<T> | Promise<calls.Worked<T>>): Promise<T> {
  const before = new Map(host.state);
  try {
    const worked = await during({ writes: true, requests: true }, call);
    if (worked.tag === 'err') throw new FaultError(worked.val);
    return worked.val;
  } catch (error) {
    host.state = before;
    throw error;
  }
}

/** Calls `send` as the host does. */
export async function send(plugin: Plugin, given: Draft): Promise<PartOutcome[]> {
  return during({ requests: true }, () => calls.send(plugin, structuredClone(given)));
}

/** Calls `preview` as the host does. */
export async function preview(plugin: Plugin, given: Draft): Promise<Problem[]> {
  return during({}, () => calls.preview(plugin, structuredClone(given)));
}

/** What each action is called with, behind the target. */
interface ActionValues {
  edit: [parts: Part[]];
  delete: [];
  react: [symbol: string, added: boolean, reaction?: string];
  markRead: [];
  typing: [on: boolean, author?: Author];
  takeOver: [on: boolean];
  ended: [ended: boolean];
}

/** Calls one of `actions` as the host does: `act(plugin, 'react', target('m1'), '👍', true)`. */
export async function act<Name extends keyof Actions & keyof ActionValues>(
  plugin: Plugin,
  name: Name,
  given: Target,
  ...values: ActionValues[Name]
): Promise<Outcome> {
  return during({ requests: true }, () => calls.act(plugin, name, structuredClone([given, ...values])));
}

/** What each function of `directory` is called with. */
interface Questions {
  templates: [];
  resolve: [kind: IdentityKind, address: string];
  profile: [key: string, thread?: string];
  about: [thread: string];
}

/**
 * Calls one of `directory` as the host does: `lookUp(plugin, 'profile', '7')`.
 *
 * @throws {FaultError} where there is no answer.
 */
export async function lookUp<Name extends keyof Directory & keyof Questions>(plugin: Plugin, name: Name, ...values: Questions[Name]): Promise<calls.LookedUp[Name]> {
  const came = await during({ requests: true }, () => calls.lookUp(plugin, name, structuredClone(values)));
  if (came.tag === 'err') throw new FaultError(came.val);
  return came.val;
}

/** Permits a call what the host permits it: `receive`, `followUp`, `poll` and `fetchMedia` write to the state, what is no look makes requests. */
async function during<T>(permitted: { writes?: boolean; requests?: boolean }, run: () => T | Promise<T>): Promise<T> {
  const before = [host.stateIsReadOnly, host.requestsAreDenied] as const;
  host.stateIsReadOnly ||= !permitted.writes;
  host.requestsAreDenied ||= !permitted.requests;
  try {
    return await run();
  } finally {
    [host.stateIsReadOnly, host.requestsAreDenied] = before;
  }
}
