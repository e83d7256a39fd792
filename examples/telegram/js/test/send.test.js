// Sending: the requests that a draft makes, what is told about the delivery, and what every answer of Telegram's comes to.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { content } from '@lockgate/sdk';
import { SendError, check, draft, host, preview, send } from '@lockgate/sdk/testing';
import * as plugin from '../src/plugin.js';

const THREAD = { key: '42' };
const TAKEN = { ok: true, result: { message_id: 9, date: 1, chat: { id: 42, type: 'private' } } };

/** @param {string} key @param {string | undefined} [quote] */
async function bodyFor(key, quote) {
  host.reset();
  host.answer(200, TAKEN);
  await send(plugin, draft(['Hello'], { thread: { key }, quote }));
  const [request] = host.requests();
  assert.equal(request?.method, 'POST');
  assert.equal(request?.url, 'https://api.telegram.org/sendMessage');
  assert.deepEqual(request?.headers, [['content-type', 'application/json']]);
  return JSON.parse(new TextDecoder().decode(request?.body));
}

/** @param {number} status @param {unknown} body @param {Record<string, string>} [headers] */
async function outcomeOf(status, body, headers) {
  host.reset();
  host.answer(status, body, headers);
  const [part] = await send(plugin, draft(['Hello'], { thread: THREAD }));
  return part?.outcome;
}

/** @param {number} code @param {string} description @param {object} [parameters] */
const refused = (code, description, parameters) => ({ ok: false, error_code: code, description, parameters });

test('a text goes to its chat', async () => {
  assert.deepEqual(await bodyFor('42'), { chat_id: 42, text: 'Hello' });
});

test('a text goes to its topic', async () => {
  assert.deepEqual(await bodyFor('-100/3'), { chat_id: -100, message_thread_id: 3, text: 'Hello' });
});

test('an answer names the message of the same chat that it answers', async () => {
  assert.deepEqual((await bodyFor('42', '42:5')).reply_parameters, { message_id: 5, allow_sending_without_reply: true });
  assert.equal((await bodyFor('42', '43:5')).reply_parameters, undefined);
});

test('only the first of several parts answers', async () => {
  host.reset();
  host.answer(200, TAKEN);
  host.answer(200, TAKEN);
  await send(plugin, draft(['a', 'b'], { thread: THREAD, quote: '42:5' }));
  const quoted = host.requests().map(({ body }) => 'reply_parameters' in JSON.parse(new TextDecoder().decode(body)));
  assert.deepEqual(quoted, [true, false]);
});

test('the books of the delivery are kept', async () => {
  host.reset();
  host.answer(200, TAKEN);
  host.answer(403, refused(403, 'Forbidden: bot was blocked by the user'));
  const outcomes = await send(plugin, draft(['a', 'b', 'c'], { thread: THREAD }));
  assert.deepEqual(outcomes.map(({ parts, outcome }) => [parts, outcome.tag]), [[[1], 'sent'], [[2], 'failed'], [[3], 'not-tried']]);
  const steps = host.journal.map((step) => (step.did === 'request' ? step.did : [step.did, step.parts, step.did === 'settle' && step.message]));
  assert.deepEqual(steps, [['begin', [1], false], 'request', ['settle', [1], '42:9'], ['begin', [2], false], 'request']);
});

test('what was sent carries its name', async () => {
  const outcome = await outcomeOf(200, TAKEN);
  assert.equal(outcome?.tag, 'sent');
  assert.equal(outcome.val.message, '42:9');
});

/** @type {[string, number, unknown, object][]} */
const ANSWERS = [
  ['a limit says how long', 429, refused(429, 'Too Many Requests', { retry_after: 7 }), { tag: 'rate-limited', val: { retryAfter: 7000, bucket: 'bot' } }],
  ['a limit that says nothing', 429, 'slow down', { tag: 'rate-limited', val: { retryAfter: undefined, bucket: 'bot' } }],
  ['a limit that says nonsense', 429, refused(429, 'x', { retry_after: -1 }), { tag: 'rate-limited', val: { retryAfter: undefined, bucket: 'bot' } }],
  ['a refusal without words', 400, { ok: false }, { tag: 'rejected', val: { code: '400', words: 'Telegram answered with status 400' } }],
  ['a token that was revoked', 401, refused(401, 'Unauthorized'), { tag: 'sign-in-expired' }],
  ['a token that somebody between refuses', 401, '<html>', { tag: 'sign-in-expired' }],
  ['a token that never was', 404, refused(404, 'Not Found'), { tag: 'sign-in-expired' }],
  ['somebody who blocked the bot', 403, refused(403, 'Forbidden: bot was blocked by the user'), { tag: 'recipient-unreachable', val: 'Forbidden: bot was blocked by the user' }],
  ['a chat that is not there', 400, refused(400, 'Bad Request: chat not found'), { tag: 'rejected', val: { code: '400', words: 'Bad Request: chat not found' } }],
  ['a refusal of somebody between', 400, '<html>', { tag: 'malformed', val: 'Telegram answered with status 400 and no reason' }],
];

for (const [what, status, body, fault] of ANSWERS) {
  test(`${what} is a fault of its own`, async () => {
    assert.deepEqual(await outcomeOf(status, body), { tag: 'failed', val: fault });
  });
}

/** @type {[string, number, unknown][]} */
const UNCERTAIN = [
  ['an error of the server', 500, refused(500, 'Internal Server Error')],
  ['an error of a proxy', 502, '<html>'],
  ['an answer that breaks off', 200, '{"ok":true,"resu'],
  ['an answer that names no message', 200, { ok: true, result: true }],
];

for (const [what, status, body] of UNCERTAIN) {
  test(`after ${what} the message may have been sent`, async () => {
    assert.equal((await outcomeOf(status, body))?.tag, 'unknown');
  });
}

test('a request without an answer says whether it left', async () => {
  /** @type {[SendError, string][]} */
  const kinds = [
    [new SendError('denied', 'no grant covers it'), 'rejected'],
    [new SendError('not-sent', 'refused'), 'passing'],
    [new SendError('unanswered', 'timed out'), 'unknown'],
  ];
  for (const [error, expected] of kinds) {
    host.reset();
    host.fail(error);
    const [part] = await send(plugin, draft(['Hello'], { thread: THREAD }));
    assert.equal(part?.outcome.tag === 'failed' ? part.outcome.val.tag : part?.outcome.tag, expected);
  }
});

test('what cannot be sent is said before, and makes no request', async () => {
  /** @type {[import('@lockgate/sdk').PartInit, string][]} */
  const parts = [
    [content.media({ kind: 'image', source: { tag: 'address', val: 'https://example.org/a.png' } }), 'unknown-type'],
    [content.choices({ options: [{ payload: 'a', title: 'A' }] }), 'unknown-type'],
    [' ', 'empty'],
    ['x'.repeat(4097), 'too-long'],
    ['\u{1f600}'.repeat(2049), 'too-long'],
  ];
  for (const [part, code] of parts) {
    host.reset();
    const [problem] = await preview(plugin, draft([part], { thread: THREAD }));
    assert.deepEqual([problem?.part, problem?.severity, problem?.code], [1, 'error', code]);
    const [sent] = await send(plugin, draft([part], { thread: THREAD }));
    assert.equal(sent?.outcome.tag === 'failed' && sent.outcome.val.tag, 'unsupported');
    assert.deepEqual(host.requests(), []);
  }
});

test('a text that fits is no problem, its formatting is lost', async () => {
  assert.deepEqual(await preview(plugin, draft(['x'.repeat(4096)], { thread: THREAD })), []);
  const [problem] = await preview(plugin, draft([content.text({ plain: 'x', html: '<b>x</b>' })], { thread: THREAD }));
  assert.deepEqual([problem?.severity, problem?.code], ['warning', 'formatting']);
});

test('a conversation of no chat is not sent to', async () => {
  for (const key of ['anna', '', '42/', '9007199254740992', '42:5']) {
    host.reset();
    const [part] = await send(plugin, draft(['Hello'], { thread: { key } }));
    const words = 'The conversation names no chat of Telegram';
    assert.deepEqual(part?.outcome, { tag: 'failed', val: { tag: 'rejected', val: { code: 'no-chat', words } } }, key);
    assert.deepEqual(host.requests(), []);
  }
});

test('a group that moved is written to where it is', async () => {
  host.reset();
  host.answer(400, refused(400, 'group chat was upgraded', { migrate_to_chat_id: -1001 }));
  host.answer(200, { ok: true, result: { message_id: 31, chat: { id: -1001 } } });
  const [part] = await send(plugin, draft(['Hello'], { thread: { key: '-1' }, quote: '-1:5' }));
  assert.equal(part?.outcome.tag, 'sent');
  assert.deepEqual([part.outcome.val.message, part.outcome.val.thread?.key, part.outcome.val.thread?.kind], ['-1001:31', '-1001', 'group']);
  assert.deepEqual(JSON.parse(new TextDecoder().decode(host.requests()[1]?.body)), { chat_id: -1001, text: 'Hello' });
});

test('a bot id is a number', async () => {
  for (const [id, keys] of /** @type {[string, string[]][]} */ ([['42', []], ['42:AAtoken', ['bot_id']], ['²', ['bot_id']], ['', ['bot_id']]])) {
    host.reset();
    host.set('bot_id', id);
    assert.deepEqual((await check(plugin)).map(({ key }) => key), keys);
  }
});
