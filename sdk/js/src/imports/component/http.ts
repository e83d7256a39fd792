/** Requests over `wasi:http/outgoing-handler`, the only way out of the sandbox. */
import { handle } from 'wasi:http/outgoing-handler';
import { Fields, OutgoingBody, OutgoingRequest } from 'wasi:http/types';
import type { IncomingBody, IncomingResponse } from 'wasi:http/types';
import { SendError } from '../../send-error.js';
import type { SendErrorKind } from '../../send-error.js';

/** The largest piece that `blocking-write-and-flush` takes. */
const PIECE = 4096;
/** How much of an answer is asked for at once, in bytes. */
const CHUNK = 65_536n;

const METHODS: Record<string, string> = { GET: 'get', HEAD: 'head', POST: 'post', PUT: 'put', DELETE: 'delete', PATCH: 'patch' };

interface Outgoing {
  method: string;
  url: string;
  headers: [string, string][];
  body: Uint8Array;
}

interface Incoming {
  status: number;
  headers: [string, string][];
  body: Uint8Array;
}

export function send(request: Outgoing): Incoming {
  const outgoing = prepare(request);
  const sink = outgoing.body();
  const future = attempt(() => handle(outgoing, undefined), (payload) => why(payload));
  write(sink, request.body);
  using(future.subscribe(), (pollable) => pollable.block());
  const answer = future.get();
  if (answer === undefined || answer.tag === 'err') throw unanswered('it was not there when it should be');
  if (answer.val.tag === 'err') throw why(answer.val.val);
  return received(answer.val.val);
}

function prepare(request: Outgoing): OutgoingRequest {
  const found = /^https:\/\/([^/?#]+)([^#]*)/.exec(request.url);
  if (found === null) throw denied('only https addresses can be called');
  const encoder = new TextEncoder();
  const headers = request.headers.map(([name, value]): [string, Uint8Array] => [name, encoder.encode(value)]);
  if (request.body.length > 0) headers.push(['content-length', encoder.encode(String(request.body.length))]);
  const fields = attempt(() => Fields.fromList(headers), () => denied('one of its headers is not permitted'));
  const outgoing = new OutgoingRequest(fields);
  const method = METHODS[request.method];
  attempt(
    () => outgoing.setMethod(method === undefined ? { tag: 'other', val: request.method } : { tag: method }),
    () => denied('its method cannot be sent'),
  );
  outgoing.setScheme({ tag: 'HTTPS' });
  attempt(() => outgoing.setAuthority(found[1] as string), () => denied('its host is no host name'));
  const path = found[2] ?? '';
  attempt(() => outgoing.setPathWithQuery(path.startsWith('/') ? path : `/${path}`), () => denied('its path cannot be sent'));
  return outgoing;
}

/** What cannot be written is told by the answer, which also says whether anything left. */
function write(sink: OutgoingBody, body: Uint8Array): void {
  try {
    using(sink.write(), (stream) => {
      for (let at = 0; at < body.length; at += PIECE) stream.blockingWriteAndFlush(body.subarray(at, at + PIECE));
    });
    OutgoingBody.finish(sink, undefined);
  } catch (error) {
    if (!isPayload(error)) throw error;
    dispose(sink);
  }
}

function received(response: IncomingResponse): Incoming {
  const decoder = new TextDecoder();
  const headers = using(response.headers(), (fields) =>
    fields.entries().map(([name, value]): [string, string] => [name.toLowerCase(), decoder.decode(value)]),
  );
  const status = response.status();
  const body = using(response.consume(), read);
  dispose(response);
  return { status, headers, body };
}

function read(body: IncomingBody): Uint8Array {
  const pieces: Uint8Array[] = [];
  using(body.stream(), (stream) => {
    for (;;) {
      try {
        pieces.push(stream.blockingRead(CHUNK));
      } catch (error) {
        if (!isPayload(error)) throw error;
        const payload = error.payload as { tag: string; val?: { toDebugString(): string } };
        if (payload.tag === 'closed') return;
        throw unanswered(payload.val?.toDebugString() ?? 'the provider broke off');
      }
    }
  });
  const whole = new Uint8Array(pieces.reduce((sum, piece) => sum + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}

/** What the bindings throw where an import answers with an error. */
function isPayload(error: unknown): error is { payload: unknown } {
  return typeof error === 'object' && error !== null && 'payload' in error;
}

function attempt<T>(run: () => T, refuse: (payload: unknown) => SendError): T {
  try {
    return run();
  } catch (error) {
    throw isPayload(error) ? refuse(error.payload) : error;
  }
}

/** Lets go of a resource when it is no longer used: what was made from another must be gone before that one is. */
function using<R, T>(resource: R, use: (resource: R) => T): T {
  try {
    return use(resource);
  } finally {
    dispose(resource);
  }
}

const DISPOSE: symbol = (Symbol as { dispose?: symbol }).dispose ?? Symbol.for('dispose');

function dispose(resource: unknown): void {
  (resource as Record<symbol, () => void>)[DISPOSE]?.();
}

const denied = (words: string): SendError => new SendError('denied', words);
const unanswered = (words: string): SendError => new SendError('unanswered', words);

/** Codes of `wasi:http` that tell for certain what happened. Any other counts as "may have arrived". */
const CERTAIN: Record<string, [SendErrorKind, string]> = {
  'HTTP-request-denied': ['denied', 'no grant covers it'],
  'destination-IP-prohibited': ['denied', 'its host has an address that may not be called'],
  'configuration-error': ['denied', 'the host is not set up for it'],
  'HTTP-request-length-required': ['denied', 'its body does not fit its length'],
  'HTTP-request-body-size': ['denied', 'its body does not fit its length'],
  'HTTP-request-method-invalid': ['denied', 'its method is not valid'],
  'HTTP-request-URI-invalid': ['denied', 'its address is not valid'],
  'HTTP-request-URI-too-long': ['denied', 'its address is not valid'],
  'HTTP-request-header-section-size': ['denied', 'its headers are too large'],
  'HTTP-request-header-size': ['denied', 'its headers are too large'],
  'HTTP-request-trailer-section-size': ['denied', 'its headers are too large'],
  'HTTP-request-trailer-size': ['denied', 'its headers are too large'],
  'DNS-timeout': ['not-sent', 'its name could not be resolved'],
  'DNS-error': ['not-sent', 'its name could not be resolved'],
  'destination-not-found': ['not-sent', 'its name could not be resolved'],
  'destination-unavailable': ['not-sent', 'its host cannot be reached'],
  'destination-IP-unroutable': ['not-sent', 'its host cannot be reached'],
  'connection-refused': ['not-sent', 'refused'],
  'connection-timeout': ['not-sent', 'timed out'],
  'connection-limit-reached': ['not-sent', 'too many at once'],
  'TLS-protocol-error': ['not-sent', 'TLS failed'],
  'TLS-certificate-error': ['not-sent', 'TLS failed'],
  'TLS-alert-received': ['not-sent', 'TLS failed'],
  'connection-terminated': ['unanswered', 'the connection ended'],
  'connection-read-timeout': ['unanswered', 'timed out'],
  'connection-write-timeout': ['unanswered', 'timed out'],
  'HTTP-response-timeout': ['unanswered', 'timed out'],
  'HTTP-response-body-size': ['unanswered', 'it is too large'],
};

function why(payload: unknown): SendError {
  const { tag, val } = payload as { tag: string; val?: unknown };
  const certain = CERTAIN[tag];
  if (certain !== undefined) return new SendError(...certain);
  return unanswered(tag === 'internal-error' && typeof val === 'string' ? val : 'the provider broke off');
}
