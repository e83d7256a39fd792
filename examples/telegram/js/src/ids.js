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
 * The chat and topic of a thread, as `sendMessage` wants them; none where the key is not one of ours.
 *
 * @param {string} key
 */
export function readThread(key) {
  const found = /^(-?\d{1,15})(?:\/(\d{1,15}))?$/.exec(key);
  if (found === null) return undefined;
  return { chat: Number(found[1]), topic: found[2] === undefined ? undefined : Number(found[2]) };
}

/**
 * The chat and number of a message; none where the id is not one of ours.
 *
 * @param {string} id
 */
export function readMessage(id) {
  const found = /^(-?\d{1,15}):(\d{1,15})$/.exec(id);
  return found === null ? undefined : { chat: Number(found[1]), number: Number(found[2]) };
}
