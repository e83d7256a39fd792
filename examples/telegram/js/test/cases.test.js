// The cases that all three languages share: examples/telegram/cases, in the words of the host's API.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { test } from 'node:test';
import { RefusalError } from '@lockgate/sdk';
import { SendError, draft, host, preview, receive, request, send } from '@lockgate/sdk/testing';
import * as plugin from '../src/plugin.js';

const FOLDER = new URL('../../cases/', import.meta.url);
/** The moment of a case that names none. */
const NOW = '2026-01-02T03:04:05Z';
/** What comes of a provider that does not answer. */
const BROKEN = { unreachable: new SendError('not-sent', 'refused'), closed: new SendError('unanswered', 'the connection ended') };

/** @param {unknown} value */
const isEmpty = (value) =>
  value === undefined || value === null || value === false || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);

/** @param {string} name */
const snake = (name) => name.replaceAll('-', '_').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
/** @param {string} name */
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** Texts that are words of the contract and not somebody's. */
const WORDS = new Set(['kind', 'role', 'style', 'severity', 'direction']);

/**
 * A value of the SDK in the words of a case: variants as type and value, what is empty left out.
 *
 * @param {unknown} value
 * @returns {unknown}
 */
function worded(value) {
  if (Array.isArray(value)) return value.map(worded);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => !isEmpty(worded(inner)));
  if ('tag' in value) {
    return Object.fromEntries(entries.map(([key, inner]) => (key === 'tag' ? ['type', snake(String(inner))] : ['value', worded(inner)])));
  }
  return Object.fromEntries(entries.map(([key, inner]) => [snake(key), WORDS.has(key) ? snake(String(inner)) : worded(inner)]));
}

/**
 * The other way.
 *
 * @param {any} value
 * @returns {any}
 */
function read(value) {
  if (Array.isArray(value)) return value.map(read);
  if (typeof value !== 'object' || value === null) return value;
  if ('type' in value) return { tag: value.type.replaceAll('_', '-'), ...('value' in value ? { val: read(value.value) } : {}) };
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [camel(key), read(inner)]));
}

/** @param {any} told */
function bodyOf(told) {
  if (told.body_base64 !== undefined) return new Uint8Array(Buffer.from(told.body_base64, 'base64'));
  return typeof told.body === 'string' ? told.body : JSON.stringify(told.body);
}

/** @param {any} one */
async function seen(one) {
  host.reset();
  if (one.receive !== undefined) {
    const given = request({ route: one.receive.route, body: bodyOf(one.receive), receivedAt: Date.parse(one.now ?? NOW) });
    try {
      return { events: worded((await receive(plugin, given)).events) };
    } catch (error) {
      if (error instanceof RefusalError) return { refusal: worded(error.refusal) };
      throw error;
    }
  }
  const { parts, ...rest } = read(one.send ?? one.preview);
  const given = draft([], { account: '123456', ...('thread' in rest ? {} : { thread: undefined }), ...rest, parts });
  if (!('thread' in rest)) given.thread = undefined;
  if (one.preview !== undefined) return { problems: worded(await preview(plugin, given)) };
  for (const { answer } of one.provider ?? []) {
    if (typeof answer === 'string') host.fail(BROKEN[/** @type {keyof typeof BROKEN} */ (answer)]);
    else host.answer(answer.status, answer.body, answer.headers);
  }
  const outcomes = worded(await send(plugin, given));
  const asked = host.requests().map(({ method, url, headers, body }) => {
    // The segment with the token is the host's.
    const whole = url.replace('https://api.telegram.org/', 'https://api.telegram.org/bot{bot_token}/');
    return { method, url: whole, headers: Object.fromEntries(headers), body: JSON.parse(new TextDecoder().decode(body)) };
  });
  const expected = (one.provider ?? []).map((/** @type {any} */ exchange) => exchange.request);
  assert.deepEqual(asked, expected);
  return { outcomes };
}

const files = readdirSync(FOLDER).filter((name) => name.endsWith('.json'));

test('there are cases', () => assert.ok(files.length >= 20));

for (const file of files) {
  const one = JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8'));
  test(`${file}: ${one.about}`, async () => assert.deepEqual(await seen(one), one.expect));
}
