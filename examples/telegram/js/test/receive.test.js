// Each kind of update, and bodies that nobody meant to send.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RefusalError } from '@lockgate/sdk';
import { receive, request } from '@lockgate/sdk/testing';
import * as plugin from '../src/plugin.js';

const RECEIVED = 1_780_000_000_000;
const DATE = 1_779_999_990;
const ANNA = { id: 42, is_bot: false, first_name: 'Anna', last_name: 'Ivanova', username: 'anna', language_code: 'de' };
const PRIVATE = { id: 42, type: 'private', first_name: 'Anna' };
const GROUP = { id: -1001234567890, type: 'supergroup', title: 'Friends', is_forum: true };

/** @param {unknown} body */
const events = async (body) => (await receive(plugin, request({ route: 'updates', receivedAt: RECEIVED, body }))).events;

/** @param {Record<string, unknown>} message @param {string} [kind] */
async function one(message, kind = 'message') {
  const found = await events({ update_id: 7, [kind]: { message_id: 5, date: DATE, chat: PRIVATE, from: ANNA, ...message } });
  assert.equal(found.length, 1);
  const [event] = found;
  assert.ok(event);
  return event;
}

/** @param {Record<string, unknown>} message */
async function said(message) {
  const { body } = await one(message);
  assert.equal(body.tag, 'message');
  return body.val;
}

test('a text is a message of its writer', async () => {
  const event = await one({ text: 'Grüße' });
  assert.equal(event.dedup, '7');
  assert.equal(event.at, DATE * 1000);
  assert.equal(event.order, 5);
  assert.equal(event.thread?.key, '42');
  assert.equal(event.thread?.kind, 'direct');
  assert.deepEqual(
    { key: event.actor?.key, role: event.actor?.role, name: event.actor?.name, username: event.actor?.username, language: event.actor?.language, by: event.actor?.assurance },
    { key: '42', role: 'contact', name: 'Anna Ivanova', username: 'anna', language: 'de', by: { tag: 'provider' } },
  );
  assert.equal(event.body.tag, 'message');
  assert.equal(event.body.val.id, '42:5');
  assert.deepEqual(event.body.val.parts, [{ content: { tag: 'text', val: { plain: 'Grüße', html: undefined } }, extras: [] }]);
});

test('a group and a topic of one are threads of their own', async () => {
  const group = await one({ chat: GROUP, text: 'x', message_thread_id: 3 });
  assert.deepEqual([group.thread?.key, group.thread?.kind, group.thread?.title], ['-1001234567890', 'group', 'Friends']);
  assert.deepEqual(group.thread?.extras, [{ name: 'is_forum', value: 'true' }]);
  /** @param {number} answered */
  const inTopic = (answered) =>
    one({ chat: GROUP, text: 'x', message_thread_id: 3, is_topic_message: true, reply_to_message: { message_id: answered, chat: GROUP } });
  const topic = await inTopic(3);
  assert.deepEqual([topic.thread?.key, topic.thread?.kind, topic.thread?.parent], ['-1001234567890/3', 'topic', '-1001234567890']);
  assert.equal(topic.body.tag === 'message' && topic.body.val.quote, undefined, 'what began the topic is answered by all of it');
  const quoting = await inTopic(4);
  assert.equal(quoting.body.tag === 'message' && quoting.body.val.quote?.message, '-1001234567890:4');
});

test('a bot is no contact', async () => {
  assert.equal((await one({ from: { ...ANNA, is_bot: true }, text: 'x' })).actor?.role, 'bot');
});

test('who writes for a group has no actor', async () => {
  assert.equal((await one({ from: undefined, text: 'x' })).actor, undefined);
});

test('an answer names what it answers, and the words that it quotes', async () => {
  const { quote } = await said({ text: 'x', reply_to_message: { message_id: 4, chat: PRIVATE, date: 1 }, quote: { text: 'which?', position: 0 } });
  assert.deepEqual(quote, { message: '42:4', excerpt: 'which?' });
  const elsewhere = await said({ text: 'x', external_reply: {}, quote: { text: 'which?' } });
  assert.deepEqual(elsewhere.quote, { message: undefined, excerpt: 'which?' });
});

test('what is said about a message is kept beside it', async () => {
  const entities = [{ type: 'bold', offset: 0, length: 1 }];
  const message = await said({ text: 'x', entities, forward_origin: { type: 'user' }, media_group_id: '99' });
  assert.deepEqual(message.traits, ['forwarded']);
  assert.equal(message.album, '99');
  assert.deepEqual(message.extras.map(({ name }) => name), ['entities', 'forward_origin']);
  assert.deepEqual(JSON.parse(message.extras[0]?.value ?? ''), entities);
});

test('a photo keeps its caption and what Telegram says of it', async () => {
  const photo = [{ file_id: 'a', width: 90, height: 60 }];
  const { parts } = await said({ photo, caption: 'our house' });
  assert.deepEqual(parts.map(({ content }) => content), [
    { tag: 'text', val: { plain: 'our house', html: undefined } },
    { tag: 'native', val: { kind: 'photo', fallback: '[photo]', raw: JSON.stringify(photo) } },
  ]);
});

test('what Telegram writes twice is there once', async () => {
  const { parts, extras } = await said({ animation: { file_id: 'a' }, document: { file_id: 'a' } });
  assert.deepEqual(extras, [{ name: 'document', value: '{"file_id":"a"}' }]);
  assert.deepEqual(parts.map(({ content }) => content.tag === 'native' && content.val.kind), ['animation']);
});

test('a kind that nobody knows yet is a message too', async () => {
  const { parts } = await said({ hologram: { size: 3 } });
  assert.deepEqual(parts.map(({ content }) => content), [{ tag: 'native', val: { kind: 'hologram', fallback: '[hologram]', raw: '{"size":3}' } }]);
});

test('an edit changes the message', async () => {
  const event = await one({ text: 'better', edit_date: DATE + 60 }, 'edited_message');
  assert.equal(event.at, (DATE + 60) * 1000);
  assert.equal(event.order, (DATE + 60) * 1000);
  assert.equal(event.body.tag, 'edited');
  assert.equal(event.body.val.message, '42:5');
  assert.deepEqual(event.body.val.parts.map(({ content }) => content.tag), ['text']);
});

test('another kind of update is kept as it came', async () => {
  const update = { update_id: 8, callback_query: { id: '1', data: 'yes' } };
  const [event] = await events(update);
  assert.deepEqual([event?.dedup, event?.at], ['8', RECEIVED]);
  assert.deepEqual(event?.body, { tag: 'native', val: { kind: 'callback_query', fallback: undefined, raw: JSON.stringify(update) } });
});

test('what is beside a message is not dropped', async () => {
  const found = await events({ update_id: 9, message: { message_id: 1, date: 1, chat: PRIVATE, text: 'x' }, news: 1, poll: null });
  assert.deepEqual(found.map(({ body }) => (body.tag === 'native' ? body.val.kind : body.tag)), ['message', 'news']);
  const [nothing] = await events({ update_id: 9 });
  assert.equal(nothing?.body.tag === 'native' && nothing.body.val.kind, 'update');
});

test('an id of more digits than a number holds loses none', async () => {
  const [event] = await events('{"update_id":12345678901234567891,"poll":{}}');
  assert.equal(event?.dedup, '12345678901234567891');
});

/** @type {[string, unknown, RegExp][]} */
const MALFORMED = [
  ['no JSON', 'update', /no JSON/],
  ['no object', '[]', /^malformed: the body must be an object, is a list$/],
  ['no UTF-8', Uint8Array.of(0xff), /not UTF-8/],
  ['no id', { message: {} }, /: update_id is missing$/],
  ['an object for an id', { update_id: {} }, /: update_id must be an id, is an object$/],
  ['a number for a message', { update_id: 1, message: 5 }, /: message must be an object, is a number$/],
  ['no chat', { update_id: 1, message: { message_id: 1, date: 1, text: 'x' } }, /: message\.chat is missing$/],
  ['a date in words', { update_id: 1, message: { message_id: 1, date: 'today', chat: PRIVATE } }, /: message\.date must be a time in seconds, is a text$/],
  ['a date before 1970', { update_id: 1, message: { message_id: 1, date: -1, chat: PRIVATE } }, /: message\.date must be a time in seconds, is a number$/],
  ['a number for a text', { update_id: 1, message: { message_id: 1, date: 1, chat: PRIVATE, text: 5 } }, /: message\.text must be a text, is a number$/],
];

for (const [what, body, words] of MALFORMED) {
  test(`${what} is refused as malformed`, async () => {
    await assert.rejects(events(body), (error) => {
      assert.ok(error instanceof RefusalError);
      assert.equal(error.refusal.tag, 'malformed');
      assert.match(error.message, words);
      return true;
    });
  });
}
