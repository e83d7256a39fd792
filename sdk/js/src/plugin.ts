/**
 * What a plugin exports, and how its functions are called: with values as an author knows them, and with what he returns completed.
 * The component and the test host share this, so that a test sees what the host would.
 *
 * @module
 */

import { ContractError, complete } from './complete.js';
import type { Author, Draft, Event, EventInit, Fault, FieldProblem, FieldProblemInit, Identity, IdentityInit, IdentityKind, Outcome, OutcomeInit, Page, PageInit, Part, PartOutcome, PartOutcomeInit, Problem, ProblemInit, Reception, ReceptionInit, Refusal, Request, Resolved, ResolvedInit, Setting, Target, TemplateDefinition, TemplateDefinitionInit, Thread, ThreadInit } from './contract.js';
import { fault, outcome, refusal } from './contract.js';
import { FaultError } from './fault-error.js';
import { JsonError } from './json.js';
import { MediaError } from './media-error.js';
import { RefusalError } from './refusal-error.js';
import { SendError } from './send-error.js';

type Awaitable<T> = T | Promise<T>;

/**
 * The functions of the contract. A plugin's module exports those that it has; the component exports the abilities that follow:
 * `check` is `connector`, `receive` is `ingress`, `followUp` is `background`, `poll` is `poller`, `fetchMedia` is `media-fetcher`, `send` and `preview` are `sender`, `actions` is `actions`,
 * `directory` is `directory`.
 */
export interface Plugin {
  /** What is wrong with these settings, each with its key; nothing where they will do. Pure: no request leaves. */
  check?(settings: Setting[]): Awaitable<FieldProblemInit[]>;
  /**
   * Makes events of a request that the host has verified. Pure: no request leaves during the call, and it may be run again.
   * Everything in a batch becomes an event; what is not understood becomes `native`.
   *
   * A request is refused by throwing `malformed`, `unauthentic` or `notNow`. What `json` cannot read is refused as malformed.
   */
  receive?(request: Request): Awaitable<ReceptionInit>;
  /**
   * Does what the text of a stored `follow-up` event says, with requests. It may be run again although it ran before.
   *
   * It comes to nothing by throwing a `FaultError`: the host tries again, for a day, where that can help. A `SendError` that it lets
   * through is the fault that it stands for, what `json` cannot read is `malformed`.
   */
  followUp?(what: string): Awaitable<EventInit[]>;
  /**
   * What happened since `cursor`, oldest first; with none it begins now. The page's cursor is kept together with its events; left out,
   * it stays as it is. The manifest's `[polling]` says how often. Throws as `followUp` does; the same cursor comes again then.
   */
  poll?(cursor: string | undefined): Awaitable<PageInit>;
  /**
   * Brings the file that a `deferred` source says, keeps it with `media`, and gives its name there. It may be called again although
   * it was called before. Throws as `followUp` does; what `media` refuses is told where the file would be.
   */
  fetchMedia?(deferred: string): Awaitable<string>;
  /** Sends the parts of a draft that are still to be sent and says what came of each. `delivery.inOrder` does the book-keeping. */
  send?(draft: Draft): Awaitable<PartOutcomeInit[]>;
  /** What would be wrong with a draft, so that it is known before Send is pressed. No request leaves. Without it: nothing. */
  preview?(draft: Draft): Awaitable<ProblemInit[]>;
  /** What can be done to a message or thread that exists. */
  actions?: Actions;
  /** Looking things up at the provider, while somebody waits for the answer. */
  directory?: Directory;
}

/**
 * Looking things up at the provider, while somebody waits for the answer. A plugin writes the functions that its provider has something
 * like; the others answer `unsupported` by themselves. Only requests through egress rules of effect `read` leave, and `state` is not
 * written. Each throws as `followUp` does; nothing is tried again, who asked is told.
 */
export interface Directory {
  /** All templates that the provider has on file, those that may not be sent now too. */
  templates?(): Awaitable<TemplateDefinitionInit[]>;
  /**
   * Whether a conversation can be begun with this address, and as whom; undefined: not with this one. Asked for the kinds that the
   * manifest's `begins` names.
   */
  resolve?(kind: IdentityKind, address: string): Awaitable<ResolvedInit | undefined>;
  /**
   * What the provider tells of a person who is known, in the thread where it tells more there; undefined: nothing. What comes is kept as
   * that of an event `profile`; its key is the one that was asked for.
   */
  profile?(key: string, thread: string | undefined): Awaitable<IdentityInit | undefined>;
  /**
   * What the provider tells of a thread that is known; undefined: nothing. What comes is kept as what an event tells of its thread; its
   * key is the one that was asked for.
   */
  about?(thread: string): Awaitable<ThreadInit | undefined>;
}

/**
 * What can be done to a message or thread that exists. A plugin writes the functions that its provider has something like, and names
 * them in the manifest's capabilities: the host asks for those only. The others answer `unsupported` by themselves.
 */
export interface Actions {
  /** A message of ours says these parts from now on. Media stay unless media are listed. */
  edit?(target: Target, parts: Part[]): Awaitable<OutcomeInit>;
  /** A message of ours is taken back. */
  delete?(target: Target): Awaitable<OutcomeInit>;
  /**
   * Our reaction on a message: an emoji, or the provider's name between colons; added or taken back. Taking back names as `reaction`
   * what adding returned as `message`.
   */
  react?(target: Target, symbol: string, added: boolean, reaction: string | undefined): Awaitable<OutcomeInit>;
  /** The contact's messages up to and with the target's have been read. Called once: an unknown is forgotten. */
  markRead?(target: Target): Awaitable<OutcomeInit>;
  /** Somebody here began to write, or stopped. Called once: an unknown is forgotten. */
  typing?(target: Target, on: boolean, author: Author | undefined): Awaitable<OutcomeInit>;
  /** Take the thread from another app, or give it back. */
  takeOver?(target: Target, on: boolean): Awaitable<OutcomeInit>;
  /** The conversation was closed here, or opened again. */
  ended?(target: Target, ended: boolean): Awaitable<OutcomeInit>;
}

/** What is said of an action that a plugin has not written. */
export const UNWRITTEN: Record<keyof Actions, string> = {
  edit: 'a message cannot be edited',
  delete: 'a message cannot be taken back',
  react: 'there are no reactions',
  markRead: 'nobody is told what was read',
  typing: 'nobody is told who writes',
  takeOver: 'a thread belongs to nobody',
  ended: 'a conversation has no end',
};

/** What is said where a plugin looks this up not. */
export const NOT_LOOKED_UP: Record<keyof Directory, string> = {
  templates: 'there are no templates',
  resolve: 'nobody can be looked up',
  profile: 'nothing is told of a person',
  about: 'nothing is told of a thread',
};

/** What each function of `directory` gives. */
export interface LookedUp {
  templates: TemplateDefinition[];
  resolve: Resolved | undefined;
  profile: Identity | undefined;
  about: Thread | undefined;
}

/** The contract's type of each. */
const FOUND: Record<keyof Directory, string> = { templates: 'template-definition', resolve: '?resolved', profile: '?identity', about: '?thread' };

/** What a call of `receive` gave. */
export type Received = { tag: 'ok'; val: Reception } | { tag: 'err'; val: Refusal };

/** What a call of `followUp`, `poll` or `fetchMedia` gave. */
export type Worked<T> = { tag: 'ok'; val: T } | { tag: 'err'; val: Fault };

/** How results are made complete: for an author, or for the bindings. */
export type Completer = (type: string, value: unknown, place?: string) => unknown;

/** Calls `check`. */
export function check(plugin: Plugin, settings: Setting[], finish: Completer = complete): Awaitable<FieldProblem[]> {
  return then(plugin.check?.(settings), (problems) => list('check', 'field-problem', problems, finish)) as Awaitable<FieldProblem[]>;
}

/** Calls `receive`, and makes of a refusal that it threw what the contract has for it. */
export function receive(plugin: Plugin, request: Request, finish: Completer = complete): Awaitable<Received> {
  const done = (reception: unknown): Received => ({ tag: 'ok', val: result('receive', 'reception', reception, finish) as Reception });
  const failed = (error: unknown): Received => {
    if (error instanceof RefusalError) return { tag: 'err', val: finish('refusal', error.refusal) as Refusal };
    if (error instanceof JsonError) return { tag: 'err', val: refusal.malformed(error.message) };
    throw error;
  };
  try {
    const received = plugin.receive?.(request);
    return isPromise(received) ? received.then(done).catch(failed) : done(received);
  } catch (error) {
    return failed(error);
  }
}

/** Calls `followUp`. */
export function followUp(plugin: Plugin, what: string, finish: Completer = complete): Awaitable<Worked<Event[]>> {
  return work(() => plugin.followUp?.(what), (events) => list('followUp', 'event', events, finish) as Event[], finish);
}

/** Calls `poll`. */
export function poll(plugin: Plugin, cursor: string | undefined, finish: Completer = complete): Awaitable<Worked<Page>> {
  return work(() => plugin.poll?.(cursor), (page) => result('poll', 'page', page, finish) as Page, finish);
}

/** Calls `fetchMedia`. */
export function fetchMedia(plugin: Plugin, deferred: string, finish: Completer = complete): Awaitable<Worked<string>> {
  return work(() => plugin.fetchMedia?.(deferred), fileName, finish);
}

function fileName(handle: unknown): string {
  if (typeof handle === 'string') return handle;
  throw new ContractError('', "what fetchMedia returned is not the contract's: the name of a kept file is a text");
}

/** Makes one of these calls, and of what it threw the fault that the contract has for it. */
function work<T>(call: () => unknown, whole: (found: unknown) => T, finish: Completer): Awaitable<Worked<T>> {
  const done = (found: unknown): Worked<T> => ({ tag: 'ok', val: whole(found) });
  const failed = (error: unknown): Worked<T> => ({ tag: 'err', val: finish('fault', faultOf(error)) as Fault });
  try {
    const found = call();
    return isPromise(found) ? found.then(done).catch(failed) : done(found);
  } catch (error) {
    return failed(error);
  }
}

function faultOf(error: unknown): Fault {
  if (error instanceof FaultError) return error.fault;
  if (error instanceof JsonError) return fault.malformed(error.message);
  if (error instanceof SendError) return error.fault();
  if (error instanceof MediaError) return error.fault();
  throw error;
}

/** Calls `send`. */
export function send(plugin: Plugin, draft: Draft, finish: Completer = complete): Awaitable<PartOutcome[]> {
  return then(plugin.send?.(draft), (outcomes) => list('send', 'part-outcome', outcomes, finish)) as Awaitable<PartOutcome[]>;
}

/** Calls `preview`; a plugin that has none finds nothing wrong. */
export function preview(plugin: Plugin, draft: Draft, finish: Completer = complete): Awaitable<Problem[]> {
  return then(plugin.preview?.(draft) ?? [], (problems) => list('preview', 'problem', problems, finish)) as Awaitable<Problem[]>;
}

/** Calls one of `actions`. A `SendError` that it lets through becomes the outcome that it stands for. */
export function act(plugin: Plugin, name: keyof Actions, values: unknown[], finish: Completer = complete): Awaitable<Outcome> {
  const actions = plugin.actions;
  const action = actions?.[name] as ((...values: unknown[]) => Awaitable<OutcomeInit>) | undefined;
  const done = (came: unknown): Outcome => result(`actions.${name}`, 'outcome', came, finish) as Outcome;
  const failed = (error: unknown): Outcome => {
    if (error instanceof SendError) return done(error.outcome());
    throw error;
  };
  if (action === undefined) return done(outcome.failed(fault.unsupported(`${UNWRITTEN[name]} on this channel`)));
  try {
    const came = action.apply(actions, values);
    return isPromise(came) ? came.then(done).catch(failed) : done(came);
  } catch (error) {
    return failed(error);
  }
}

/** Calls one of `directory`. */
export function lookUp<Name extends keyof Directory>(plugin: Plugin, name: Name, values: unknown[], finish: Completer = complete): Awaitable<Worked<LookedUp[Name]>> {
  const directory = plugin.directory;
  const look = directory?.[name] as ((...values: unknown[]) => unknown) | undefined;
  const whole = (found: unknown) =>
    (name === 'templates' ? list('directory.templates', FOUND[name], found, finish) : result(`directory.${name}`, FOUND[name], found, finish)) as LookedUp[Name];
  const call = () => {
    if (look === undefined) throw new FaultError(fault.unsupported(`${NOT_LOOKED_UP[name]} on this channel`));
    return look.apply(directory, values);
  };
  return work(call, whole, finish);
}

/** What a function returned, completed; an error says which function it was. */
function result(name: string, type: string, value: unknown, finish: Completer): unknown {
  try {
    return finish(type, value, '');
  } catch (error) {
    if (error instanceof ContractError) throw new ContractError(`what ${name} returned is not the contract's`, error.message);
    throw error;
  }
}

function list(name: string, type: string, value: unknown, finish: Completer): unknown {
  // An absent list is completed as an empty one inside of records; a function that returns nothing was forgotten to return.
  if (value === undefined) throw new ContractError(`what ${name} returned is not the contract's`, 'expected a list, found nothing');
  return result(name, `[${type}]`, value, finish);
}

function then<T, R>(value: Awaitable<T>, next: (value: T) => R): Awaitable<R> {
  return isPromise(value) ? value.then(next) : next(value);
}

export function isPromise<T>(value: Awaitable<T> | undefined): value is Promise<T> {
  return typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function';
}
