/**
 * Names of chats, topics and messages. A message's number is unique within its chat only, so the chat stands before it.
 *
 * @module
 */

/**
 * @param {string} chat
 * @param {number} number
 */
export const messageId = (chat, number) => `${chat}:${number}`;

/**
 * @param {string} chat
 * @param {string | undefined} topic
 */
export const threadKey = (chat, topic) => (topic === undefined ? chat : `${chat}/${topic}`);

/**
 * The chat and topic of a thread, as `sendMessage` wants them; none where the key is not one of ours. Telegram's ids have 52 bits
 * at most, and a number holds 53.
 *
 * @param {string} key
 */
export function readThread(key) {
  const found = /^(-?\d{1,16})(?:\/(-?\d{1,16}))?$/.exec(key);
  if (found === null) return undefined;
  const [chat, topic] = [Number(found[1]), found[2] === undefined ? undefined : Number(found[2])];
  return Number.isSafeInteger(chat) && Number.isSafeInteger(topic ?? 0) ? { chat, topic } : undefined;
}

/**
 * The chat and number of a message; none where the id is not one of ours.
 *
 * @param {string} id
 */
export function readMessage(id) {
  const found = /^(-?\d{1,16}):(-?\d{1,16})$/.exec(id);
  if (found === null) return undefined;
  const [chat, number] = [Number(found[1]), Number(found[2])];
  return Number.isSafeInteger(chat) && Number.isSafeInteger(number) ? { chat, number } : undefined;
}
