/**
 * Sending: one `sendMessage` for each part, and what its answer means.
 *
 * @module
 */

import { delivery, fault, http, outcome, sent } from '@lockgate/sdk';
import { messageId, readMessage, readThread } from './ids.js';
import { render } from './render.js';

/** The host writes the segment with the bot's token between the two. */
const URL = 'https://api.telegram.org/sendMessage';
/** The manifest's bucket. */
const BUCKET = 'bot';

/** @type {NonNullable<import('@lockgate/sdk').Plugin['send']>} */
export function send(draft) {
  const [first] = draft.parts;
  return delivery.inOrder(draft, ({ id, part }) => {
    const rendered = render(part);
    if ('code' in rendered) return outcome.failed(fault.unsupported(rendered.words));
    const key = draft.thread?.key ?? draft.recipients.find(({ role }) => role === 'to')?.key;
    const thread = readThread(key ?? '');
    if (thread === undefined) return outcome.failed(fault.rejected({ code: 'no-chat', words: 'The conversation names no chat of Telegram' }));
    const response = http.post(URL, {
      json: {
        chat_id: thread.chat,
        message_thread_id: thread.topic,
        text: rendered.text,
        reply_parameters: id === first?.id ? quoted(draft.quote, thread.chat) : undefined,
      },
    });
    return outcomeOf(response);
  });
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
 * @param {http.Response} response
 * @returns {import('@lockgate/sdk').Outcome}
 */
function outcomeOf(response) {
  const answer = read(response);
  if (response.status >= 500) return outcome.unknown(`Telegram answered with status ${response.status}${answer === undefined ? '' : `: ${answer.words}`}`);
  if (response.ok) {
    if (answer?.message !== undefined) return outcome.sent(sent({ message: answer.message }));
    return outcome.unknown('Telegram took the message, but its answer cannot be read');
  }
  const retryAfter = answer?.retryAfter ?? response.retryAfter();
  if (response.status === 429) return outcome.failed(fault.rateLimited({ retryAfter, bucket: BUCKET }));
  if (answer === undefined) return outcome.failed(fault.malformed(`Telegram answered with status ${response.status} and no reason`));
  switch (response.status) {
    // A token that was revoked is answered 401, one that never was 404.
    case 401:
    case 404:
      return outcome.failed(fault.signInExpired());
    case 403:
      return outcome.failed(fault.recipientUnreachable(answer.words));
    default:
      return outcome.failed(fault.rejected({ code: String(response.status), words: answer.words }));
  }
}

/**
 * What can be read of an answer; none where it is not Telegram's own.
 *
 * @param {http.Response} response
 */
function read(response) {
  const answer = bodyOf(response);
  if (answer === undefined || !answer.has('ok')) return undefined;
  const result = answer.at('result');
  const chat = result.at('chat').at('id').ifPossible((id) => id.id());
  const number = result.at('message_id').ifPossible((id) => id.id());
  const seconds = answer.at('parameters').at('retry_after').ifPossible((seconds) => seconds.number());
  return {
    message: chat === undefined || number === undefined ? undefined : messageId(chat, number),
    words: answer.at('description').ifPossible((words) => words.text()) ?? 'no reason given',
    retryAfter: seconds === undefined ? undefined : Math.round(seconds * 1000),
  };
}

/** @param {http.Response} response */
function bodyOf(response) {
  try {
    return response.json();
  } catch {
    return undefined;
  }
}
