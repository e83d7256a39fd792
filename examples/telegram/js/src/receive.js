/**
 * From an Update to an event. Pure, and nothing is dropped: what this plugin has no words for is kept as Telegram wrote it.
 *
 * @module
 */

import { content, eventBody, json, text, time } from '@lockgate/sdk';
import { messageId, threadKey } from './ids.js';

/**
 * @typedef {import('@lockgate/sdk').json.Json} Json
 * @typedef {import('@lockgate/sdk').EventInit} EventInit
 */

/** Keys of a message that the event has fields for. */
const READ = new Set(['message_id', 'date', 'edit_date', 'chat', 'from', 'text', 'caption', 'reply_to_message', 'quote', 'message_thread_id', 'is_topic_message', 'media_group_id', 'forward_origin']);

/** Keys that say something about a message; every other one is something that it holds. */
const ABOUT = new Set([
  'author_signature', 'business_connection_id', 'caption_entities', 'direct_messages_topic', 'effect_id', 'entities', 'external_reply',
  'has_media_spoiler', 'has_protected_content', 'is_automatic_forward', 'is_from_offline', 'is_paid_post', 'link_preview_options',
  'paid_star_count', 'reply_markup', 'reply_to_checklist_task_id', 'reply_to_story', 'sender_boost_count', 'sender_business_bot',
  'sender_chat', 'show_caption_above_media', 'suggested_post_info', 'via_bot',
]);

/** What Telegram writes twice, for clients that do not know the newer kind: the older one is left out. */
const TWICE = { document: 'animation', location: 'venue', photo: 'live_photo' };

/** @type {NonNullable<import('@lockgate/sdk').Plugin['receive']>} */
export function receive(request) {
  const update = json.parse(request.body).object();
  const id = update.at('update_id').id();
  const at = (/** @type {string} */ kind) => ({ dedup: id, ...read(kind, update.at(kind), request.receivedAt) });
  const known = ['message', 'edited_message'].filter((kind) => update.has(kind));
  if (known.length > 0) return { events: known.map(at) };
  const kind = update.keys().find((key) => key !== 'update_id') ?? 'update';
  return { events: [{ dedup: id, at: request.receivedAt, body: eventBody.native({ kind, raw: text.excerpt(update.raw()) }) }] };
}

/**
 * @param {string} kind
 * @param {Json} message
 * @param {number} receivedAt
 * @returns {Omit<EventInit, 'dedup'>}
 */
function read(kind, message, receivedAt) {
  const chat = message.at('chat').at('id').id();
  const number = message.at('message_id').id();
  const about = { thread: thread(message, chat), ...message.at('from').optional((from) => ({ actor: identity(from) })) };
  if (kind === 'edited_message') {
    const edited = message.at('edit_date').optional((date) => date.integer());
    return {
      ...about,
      at: edited === undefined ? receivedAt : time.fromSeconds(edited),
      order: edited,
      body: eventBody.edited({ message: messageId(chat, number), parts: parts(message) }),
      extras: extras(message),
    };
  }
  return {
    ...about,
    at: time.fromSeconds(message.at('date').integer()),
    order: message.at('message_id').integer(),
    body: eventBody.message({
      id: messageId(chat, number),
      parts: parts(message),
      quote: quote(message, chat),
      album: message.at('media_group_id').ifPossible((album) => album.id()),
      traits: message.has('forward_origin') ? ['forwarded'] : [],
      extras: extras(message),
    }),
  };
}

/**
 * @param {Json} message
 * @param {string} chat
 * @returns {import('@lockgate/sdk').ThreadInit}
 */
function thread(message, chat) {
  const title = message.at('chat').at('title').ifPossible((title) => title.text());
  // Outside of topics the number only says which messages answer one another.
  const topic = message.at('is_topic_message').value === true ? message.at('message_thread_id').id() : undefined;
  if (topic !== undefined) return { key: threadKey(chat, topic), kind: 'topic', parent: chat };
  const kind = message.at('chat').at('type').text() === 'private' ? 'direct' : 'group';
  return { key: chat, kind, title };
}

/**
 * @param {Json} from
 * @returns {import('@lockgate/sdk').IdentityInit}
 */
function identity(from) {
  const names = ['first_name', 'last_name'].map((key) => from.at(key).ifPossible((name) => name.text()));
  return {
    key: from.at('id').id(),
    role: from.at('is_bot').value === true ? 'bot' : 'contact',
    assurance: { tag: 'provider' },
    name: names.filter(Boolean).join(' ') || undefined,
    username: from.at('username').ifPossible((name) => name.text()),
    language: from.at('language_code').ifPossible((code) => code.text()),
  };
}

/**
 * @param {Json} message
 * @returns {import('@lockgate/sdk').PartInit[]}
 */
function parts(message) {
  const held = message.keys().filter((key) => !READ.has(key) && !ABOUT.has(key) && !shownBefore(message, key));
  const natives = held.map((kind) => content.native({ kind, fallback: `(${kind.replaceAll('_', ' ')})`, raw: text.excerpt(message.at(kind).raw()) }));
  const said = ['text', 'caption'].flatMap((key) => message.at(key).optional((text) => [content.text(text.text())]) ?? []);
  return [...natives, ...said];
}

/**
 * @param {Json} message
 * @param {string} key
 */
function shownBefore(message, key) {
  return Object.hasOwn(TWICE, key) && message.has(TWICE[/** @type {keyof typeof TWICE} */ (key)]);
}

/**
 * @param {Json} message
 * @param {string} chat
 * @returns {import('@lockgate/sdk').Quote | undefined}
 */
function quote(message, chat) {
  return message.at('reply_to_message').optional((answered) => ({
    message: messageId(answered.at('chat').at('id').optional((id) => id.id()) ?? chat, answered.at('message_id').id()),
    excerpt: message.at('quote').at('text').ifPossible((quoted) => quoted.text()),
  }));
}

/** @param {Json} message */
function extras(message) {
  const found = message.keys().filter((key) => ABOUT.has(key) || key === 'forward_origin');
  return found.map((name) => ({ name, value: message.at(name).raw() }));
}
