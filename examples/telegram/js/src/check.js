/**
 * Settings that cannot be right, as far as that can be said without asking Telegram.
 *
 * @module
 */

const WORDS = 'Write the number before the colon of the bot\'s token, and the token itself into its own field';

/** @type {NonNullable<import('@lockgate/sdk').Plugin['check']>} */
export function check(settings) {
  const wrong = settings.filter(({ key, value }) => key === 'bot_id' && value.tag === 'text' && !/^[0-9]+$/.test(value.val));
  return wrong.map(({ key }) => ({ key, words: WORDS }));
}
