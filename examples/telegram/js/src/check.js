/**
 * Settings that cannot be right, as far as that can be said without asking Telegram.
 *
 * @module
 */

/** @type {NonNullable<import('@lockgate/sdk').Plugin['check']>} */
export function check(settings) {
  return settings.flatMap(({ key, value }) => {
    if (key !== 'bot_id' || value.tag !== 'text' || /^\d+$/.test(value.val)) return [];
    const words = value.val.includes(':')
      ? 'This looks like the bot\'s token; write only the number before the colon here, and the token below'
      : 'A bot\'s id is a number: what stands before the colon of its token';
    return [{ key, words }];
  });
}
