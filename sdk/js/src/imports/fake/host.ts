/** The small host in memory that stands behind the imports where there is no component: see `testing`. */
import type { Credential, Setting, SettingValue } from '../../contract.js';
import { complete } from '../../complete.js';
import { encoded } from '../../http-body.js';
import type { SendError } from '../../send-error.js';

/** One line that the plugin logged. */
export interface LogLine {
  /** How grave it is. */
  level: string;
  /** What was said. */
  message: string;
  /** What varies. */
  fields: { name: string; value: string }[];
}

/** An outgoing request, as it left the plugin: without what the host writes in. */
export interface SentRequest {
  /** Upper case. */
  method: string;
  /** As the plugin wrote it. */
  url: string;
  /** In order, repetition kept. */
  headers: [string, string][];
  /** Empty: none. */
  body: Uint8Array;
}

/** What a provider answers. */
export interface ScriptedAnswer {
  /** 100 to 599. */
  status: number;
  /** In order, repetition kept. */
  headers: [string, string][];
  /** All of it. */
  body: Uint8Array;
}

/** One thing that the plugin did. */
export type Step =
  | { did: 'begin'; parts: number[] }
  | { did: 'settle'; parts: number[]; message: string | undefined }
  | { did: 'request'; request: SentRequest };

/** What the plugin's imports see and did. Its fields are for the test to fill and to read. */
export class FakeHost {
  /** Settings that are filled in. */
  settings: Setting[] = [];
  /** Credentials that are bound. */
  credentials: Credential[] = [];
  /** Addresses by route. */
  hooks = new Map<string, string>();
  /** Key and value. */
  state = new Map<string, Uint8Array>();
  /** Files by their names; what the plugin keeps is named `kept-0`, `kept-1` … */
  files = new Map<string, { bytes: Uint8Array; contentType: string; fileName?: string | undefined }>();
  /** Refuse writes to the state, as during `send`; the calls of `testing` set it. */
  stateIsReadOnly = false;
  /** Refuse requests, as during `receive`; the calls of `testing` set it. */
  requestsAreDenied = false;
  /** What was logged. */
  log: LogLine[] = [];
  /** What the plugin did, in order: requests, and what it told about the delivery. */
  journal: Step[] = [];
  /** Answers to the requests to come, the first to the first. Without one a request is refused. */
  answers: (ScriptedAnswer | SendError)[] = [];

  /** Forgets everything. */
  reset(): void {
    Object.assign(this, new FakeHost());
  }

  /** Fills in a setting; a text, number, truth value or list of texts stands for the setting's value of that kind. */
  set(key: string, value: string | number | boolean | string[] | SettingValue): void {
    const val = typeof value === 'object' && !Array.isArray(value) ? value : tagged(value);
    this.settings = this.settings.filter((setting) => setting.key !== key);
    this.settings.push(complete('setting', { key, value: val }) as Setting);
  }

  /** Answers the next request that has no answer yet. A body that is no text and no bytes is written as JSON. */
  answer(status: number, body: unknown = '', headers: Record<string, string> = {}): void {
    this.answers.push({ status, headers: Object.entries(headers), body: encoded(body) });
  }

  /** Lets the next request that has no answer yet fail. */
  fail(error: SendError): void {
    this.answers.push(error);
  }

  /** The requests that were made, oldest first. */
  requests(): SentRequest[] {
    return this.journal.flatMap((step) => (step.did === 'request' ? [step.request] : []));
  }
}

function tagged(value: string | number | boolean | string[]): { tag: string; val: unknown } {
  if (Array.isArray(value)) return { tag: 'texts', val: value };
  return { tag: typeof value === 'string' ? 'text' : typeof value, val: value };
}

/** The one host of this process. */
export const host = new FakeHost();
