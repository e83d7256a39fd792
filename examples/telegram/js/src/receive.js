/**
 * From an Update to its events. Pure, and nothing is dropped: what has no field is kept as an extra, what has no kind as `native`.
 *
 * @module
 */

import { content, eventBody, json, text } from '@lockgate/sdk';
import { messageId, threadKey } from './ids.js';

/**
 * @typedef {import('@lockgate/sdk').json.Json} Json
 * @typedef {import('@lockgate/sdk').EventInit} EventInit
 */

/** Keys of a message that the event has fields for. */
const READ = [
  'message_id', 'date', 'edit_date', 'chat', 'from', 'text', 'caption', 'reply_to_message', 'quote', 'media_group_id',
];

/** Keys that say something about a message; every other one is something that it holds. */
const ABOUT = [
  'author_signature', 'business_connection_id', 'caption_entities', 'direct_messages_topic', 'effect_id', 'entities',
  'external_reply', 'forward_origin', 'has_media_spoiler', 'has_protected_content', 'is_automatic_forward',
  'is_from_offline', 'is_paid_post', 'is_topic_message', 'link_preview_options', 'message_thread_id',
  'paid_star_count', 'reply_markup', 'reply_to_checklist_task_id', 'reply_to_story', 'sender_boost_count',
  'sender_business_bot', 'sender_chat', 'sender_tag', 'show_caption_above_media', 'suggested_post_info', 'via_bot',
];

/** What Telegram tells twice, for apps that do not know the newer kind: the newer and the older. */
const TWICE = [['animation', 'document'], ['live_photo', 'photo'], ['venue', 'location']];

/**
 * Telegram promises one thing an Update; whatever else is beside it is kept together as one `native`.
 *
 * @type {NonNullable<import('@lockgate/sdk').Plugin['receive']>}
 */
export function receive(request) {
  const update = json.parse(request.body).object();
  const dedup = update.at('update_id').id();
  /** @type {EventInit[]} */
  const events = [];
  /** @type {string | undefined} */
  let other;
  for (const kind of update.keys()) {
    if (kind === 'message') events.push({ dedup, ...message(update.at(kind).object()) });
    else if (kind === 'edited_message') events.push({ dedup, ...edit(update.at(kind).object(), request.receivedAt) });
    else if (kind !== 'update_id') other ??= kind;
  }
  if (other !== undefined || events.length === 0) {
    const body = eventBody.native({ kind: other ?? 'update', raw: text.excerpt(update.raw()) });
    events.push({ dedup, at: request.receivedAt, body });
  }
  return { events };
}

/**
 * @param {Json} told
 * @returns {Omit<EventInit, 'dedup'>}
 */
function message(told) {
  const body = eventBody.message({
    id: id(told),
    parts: parts(told),
    quote: quote(told),
    album: told.at('media_group_id').optional((album) => album.id()),
    traits: told.has('forward_origin') ? ['forwarded'] : [],
    extras: extras(told),
  });
  const order = told.at('message_id').integer();
  return { at: told.at('date').seconds(), order: order < 0 ? undefined : order, thread: thread(told), actor: author(told), body };
}

/**
 * @param {Json} told
 * @param {number} receivedAt
 * @returns {Omit<EventInit, 'dedup'>}
 */
function edit(told, receivedAt) {
  const at = told.at('edit_date').optional((date) => date.seconds());
  const body = eventBody.edited({ message: id(told), parts: parts(told) });
  return { at: at ?? receivedAt, order: at, thread: thread(told), actor: author(told), body, extras: extras(told) };
}

/** @param {Json} told */
const id = (told) => messageId(told.at('chat').object().at('id').id(), told.at('message_id').integer());

/**
 * What this plugin has no kind for: photos, stickers, polls, people who came or went …
 *
 * @param {Json} told
 */
function held(told) {
  const older = TWICE.flatMap(([newer = '', older]) => (told.has(newer) ? [older] : []));
  return told.keys().filter((key) => !READ.includes(key) && !ABOUT.includes(key) && !older.includes(key));
}

/**
 * @param {Json} told
 * @returns {import('@lockgate/sdk').PartInit[]}
 */
function parts(told) {
  const texts = ['text', 'caption'].flatMap((key) => told.at(key).optional((text) => text.text()) || []);
  const natives = held(told).map((kind) =>
    content.native({ kind, fallback: `[${kind.replaceAll('_', ' ')}]`, raw: text.excerpt(told.at(kind).raw()) }),
  );
  return [...texts, ...natives];
}

/** @param {Json} told */
const extras = (told) => told.rest(...READ, ...held(told));

/**
 * @param {Json} told
 * @returns {import('@lockgate/sdk').Quote | undefined}
 */
function quote(told) {
  const excerpt = told.at('quote').optional((quote) => quote.object().at('text').text());
  const message = told.at('reply_to_message').optional((answered) => {
    // Within a topic a message that answers none is told as an answer to the one that began the topic.
    const begins = topic(told) !== undefined && topic(told) === answered.object().at('message_id').optional((id) => id.id());
    return excerpt === undefined && begins ? undefined : id(answered);
  });
  return message === undefined && excerpt === undefined ? undefined : { message, excerpt };
}

/**
 * The topic; outside of topics the number only says which messages answer one another.
 *
 * @param {Json} told
 */
function topic(told) {
  const isOne = told.at('is_topic_message').optional((is) => is.boolean());
  return isOne ? told.at('message_thread_id').optional((id) => id.id()) : undefined;
}

/**
 * @param {Json} told
 * @returns {import('@lockgate/sdk').ThreadInit}
 */
function thread(told) {
  const chat = told.at('chat').object();
  const key = chat.at('id').id();
  const inTopic = topic(told);
  if (inTopic !== undefined) return { key: threadKey(key, inTopic), kind: 'topic', parent: key, extras: chat.rest('id', 'type') };
  // The person's own names stand with the author.
  if (chat.at('type').text() === 'private') return { key, extras: chat.rest('id', 'type', 'first_name', 'last_name', 'username') };
  const title = chat.at('title').optional((title) => title.text());
  return { key, kind: 'group', title, extras: chat.rest('id', 'type', 'title') };
}

/**
 * @param {Json} told
 * @returns {import('@lockgate/sdk').IdentityInit | undefined}
 */
function author(told) {
  return told.at('from').optional((told) => {
    const from = told.object();
    /** @param {string} key */
    const optional = (key) => from.at(key).optional((text) => text.text());
    return {
      key: from.at('id').id(),
      role: from.at('is_bot').optional((is) => is.boolean()) ? 'bot' : 'contact',
      assurance: { tag: 'provider' },
      name: [optional('first_name'), optional('last_name')].filter(Boolean).join(' ') || undefined,
      username: optional('username'),
      language: optional('language_code'),
      extras: from.rest('id', 'is_bot', 'first_name', 'last_name', 'username', 'language_code'),
    };
  });
}
