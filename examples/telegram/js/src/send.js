/**
 * Sending: one `sendMessage` for each part, and what its answer means.
 *
 * @module
 */

import { delivery, fault, http, outcome, sent } from '@lockgate/sdk';
import { messageId, readMessage, readThread } from './ids.js';
import { render } from './render.js';

/** @typedef {import('@lockgate/sdk').Outcome} Outcome */

/** The host writes the segment with the bot's token between the two. */
const SEND_MESSAGE = 'https://api.telegram.org/sendMessage';
/** The manifest's bucket. */
const BUCKET = 'bot';

/** @type {NonNullable<import('@lockgate/sdk').Plugin['send']>} */
export function send(draft) {
  return delivery.inOrder(draft, (part) => one(draft, part));
}

/**
 * @param {import('@lockgate/sdk').Draft} draft
 * @param {import('@lockgate/sdk').DraftPart} part
 * @returns {Outcome}
 */
function one(draft, { id, part }) {
  const rendered = render(part);
  if ('code' in rendered) return outcome.failed(fault.unsupported(rendered.words));
  const { text } = rendered;
  // The thread, else whom the draft is for: a private chat is named as the person is.
  const thread = readThread(draft.thread?.key ?? draft.recipients.find(({ role }) => role === 'to')?.key ?? '');
  if (thread === undefined) return outcome.failed(fault.rejected({ code: 'no-chat', words: 'The conversation names no chat of Telegram' }));
  const answer = call({
    chat_id: thread.chat,
    message_thread_id: thread.topic,
    text,
    reply_parameters: id === draft.parts[0]?.id ? quoted(draft.quote, thread.chat) : undefined,
  });
  if (answer.movedTo === undefined) return outcomeOf(answer, thread.chat);
  // A group that became a supergroup: this message was certainly not sent, and what it quotes has another number there.
  const again = outcomeOf(call({ chat_id: answer.movedTo, text }), answer.movedTo);
  if (again.tag === 'sent') return outcome.sent({ ...again.val, thread: { key: String(answer.movedTo), kind: 'group' } });
  return again;
}

/**
 * @param {string | undefined} quote
 * @param {number} chat
 */
function quoted(quote, chat) {
  const message = readMessage(quote ?? '');
  // A message that is gone by now is answered without being quoted.
  return message?.chat === chat ? { message_id: message.number, allow_sending_without_reply: true } : undefined;
}

/**
 * @typedef Answer
 * @property {number} status
 * @property {boolean} own Whether it is Telegram's own, and not of somebody between.
 * @property {string | undefined} chat
 * @property {number | undefined} message
 * @property {string | undefined} description
 * @property {number | undefined} retryAfter In milliseconds.
 * @property {number | undefined} movedTo
 */

/**
 * Sends, and reads what can be read of the answer.
 *
 * @param {object} body
 * @returns {Answer}
 */
function call(body) {
  const response = http.post(SEND_MESSAGE, { json: body });
  const answer = bodyOf(response);
  /** @param {string} from @param {string} name */
  const integer = (from, name) => answer?.at(from).at(name).ifPossible((number) => number.integer());
  const seconds = integer('parameters', 'retry_after');
  return {
    status: response.status,
    own: answer !== undefined,
    chat: answer?.at('result').at('chat').at('id').ifPossible((id) => id.id()),
    message: integer('result', 'message_id'),
    description: answer?.at('description').ifPossible((words) => words.text()) || undefined,
    retryAfter: seconds === undefined || seconds < 0 ? response.retryAfter() : seconds * 1000,
    movedTo: response.status === 400 ? integer('parameters', 'migrate_to_chat_id') : undefined,
  };
}

/** @param {http.Response} response */
function bodyOf(response) {
  try {
    const answer = response.json();
    answer.at('ok').boolean();
    return answer;
  } catch {
    return undefined;
  }
}

/**
 * @param {Answer} answer
 * @param {number} asked
 * @returns {Outcome}
 */
function outcomeOf({ status, own, chat, message, description, retryAfter }, asked) {
  if (status >= 200 && status < 300) {
    if (message === undefined) return outcome.unknown('Telegram took the message, but its answer cannot be read');
    return outcome.sent(sent({ message: messageId(chat ?? String(asked), message) }));
  }
  if (status >= 500) return outcome.unknown(`Telegram answered with status ${status}; the message may have been sent`);
  if (status === 429) return outcome.failed(fault.rateLimited({ retryAfter, bucket: BUCKET }));
  if (status === 401) return outcome.failed(fault.signInExpired());
  if (!own) return outcome.failed(fault.malformed(`Telegram answered with status ${status} and no reason`));
  const words = description ?? `Telegram answered with status ${status}`;
  switch (status) {
    // A token that was revoked is answered 401, one that never was 404: there is no such address.
    case 404:
      return outcome.failed(fault.signInExpired());
    case 403:
      return outcome.failed(fault.recipientUnreachable(words));
    default:
      return outcome.failed(fault.rejected({ code: String(status), words }));
  }
}
