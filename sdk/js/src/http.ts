/**
 * Outgoing requests. They pass the host's egress gate: only hosts, methods and paths that the manifest names and the admin
 * granted, https only, with the credential written in by the host.
 *
 * @module
 */

import * as host from '#imports/http.js';
import { fault, outcome } from './contract.js';
import type { Outcome } from './contract.js';
import { encoded } from './http-body.js';
import * as json from './json.js';

export { SendError } from './send-error.js';
export type { SendErrorKind } from './send-error.js';

/** A request. What the manifest's places name must be left out, a path's segment too: the host writes it. */
export interface Request {
  /** Upper case. */
  method: string;
  /** An absolute https address. */
  url: string;
  /** One value a name, or pairs where a name repeats. */
  headers?: Record<string, string> | [string, string][];
  /** A text is sent as UTF-8. Left out: none. */
  body?: Uint8Array | string;
  /** A value that is sent as a JSON body. */
  json?: unknown;
}

/**
 * Sends a request and waits for the whole answer. An answer of any status is no error.
 *
 * @throws {SendError} which tells what certainly did not leave from what may have arrived.
 */
export function send(request: Request): Response {
  const headers = Array.isArray(request.headers) ? [...request.headers] : Object.entries(request.headers ?? {});
  if (request.json !== undefined && !headers.some(([name]) => name.toLowerCase() === 'content-type')) {
    headers.push(['content-type', 'application/json']);
  }
  const body = request.json === undefined ? encoded(request.body ?? '') : encoded(JSON.stringify(request.json));
  const answer = host.send({ method: request.method, url: request.url, headers, body });
  return new Response(answer.status, answer.headers, answer.body);
}

/** A GET. */
export const get = (url: string, more: Omit<Request, 'method' | 'url'> = {}): Response => send({ ...more, method: 'GET', url });

/** A POST. */
export const post = (url: string, more: Omit<Request, 'method' | 'url'> = {}): Response => send({ ...more, method: 'POST', url });

/** What was answered. */
export class Response {
  /** 100 to 599. */
  readonly status: number;
  /** Names in lower case, in order, repetition kept. The host hides some. */
  readonly headers: readonly (readonly [string, string])[];
  /** All of it, as far as the host's limit allows. */
  readonly body: Uint8Array;

  constructor(status: number, headers: readonly (readonly [string, string])[], body: Uint8Array) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  /** Whether the status is 200 to 299. */
  get ok(): boolean {
    return this.status >= 200 && this.status < 300;
  }

  /** The first header of this name (any case). */
  header(name: string): string | undefined {
    const wanted = name.toLowerCase();
    return this.headers.find(([known]) => known.toLowerCase() === wanted)?.[1];
  }

  /** The body as text. */
  text(): string {
    return new TextDecoder().decode(this.body);
  }

  /**
   * The body as JSON.
   *
   * @throws {JsonError} where it is none.
   */
  json(): json.Json {
    return json.parse(this.body);
  }

  /** `Retry-After` in milliseconds, whether it is given in seconds or as a date (RFC 9110, 10.2.3); 0 where that is past. */
  retryAfter(): number | undefined {
    const told = this.header('retry-after')?.trim() ?? '';
    if (/^\d{1,9}$/.test(told)) return Number(told) * 1000;
    const until = / GMT$/.test(told) ? Date.parse(told) : NaN;
    return Number.isNaN(until) ? undefined : Math.max(0, until - Date.now());
  }

  /**
   * The outcome of a part that was answered so, by the status alone, where the provider keeps to what RFC 9110 says; `bucket` is
   * the manifest's that a 429 empties. None for 2xx: what was sent the body says.
   *
   * A 5xx may come after the message was taken, so it is unknown; 503 with `Retry-After` is the provider's promise that it was not.
   */
  refusal(bucket: string): Outcome | undefined {
    const words = `the provider answered with status ${this.status}`;
    const retryAfter = this.retryAfter();
    if (this.ok) return undefined;
    switch (this.status) {
      case 401:
        return outcome.failed(fault.signInExpired());
      case 403:
        return outcome.failed(fault.permissionMissing([]));
      case 404:
      case 410:
        return outcome.failed(fault.gone(words));
      case 413:
        return outcome.failed(fault.tooLarge(undefined));
      case 429:
        return outcome.failed(fault.rateLimited({ retryAfter, bucket }));
    }
    if (this.status === 503 && retryAfter !== undefined) return outcome.failed(fault.passing({ why: words, retryAfter }));
    if (this.status >= 500) return outcome.unknown(words);
    return outcome.failed(fault.rejected({ code: String(this.status), words }));
  }
}
