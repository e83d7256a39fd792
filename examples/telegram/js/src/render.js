/**
 * What a part becomes in `sendMessage`, or why it cannot be sent.
 *
 * @module
 */

/** The longest text, in units of UTF-16. */
const TEXT_MAX = 4096;

/** @type {Record<import('@lockgate/sdk').Content['tag'], string>} */
const KINDS = {
  text: 'a text',
  media: 'a file',
  location: 'a location',
  'contact-card': 'a contact card',
  choices: 'choices',
  choice: 'a choice',
  template: 'a template',
  fields: 'a form',
  'link-preview': 'a link preview',
  order: 'an order',
  native: 'this kind of message',
};

/**
 * @param {import('@lockgate/sdk').Part} part
 * @returns {{ text: string } | { code: string, words: string }}
 */
export function render({ content }) {
  if (content.tag !== 'text') {
    return { code: 'unknown-type', words: `This plugin cannot send ${KINDS[content.tag]}; send a text` };
  }
  const { plain } = content.val;
  if (plain.trim() === '') return { code: 'empty', words: 'The text is empty' };
  if (plain.length > TEXT_MAX) {
    return { code: 'too-long', words: `The text has ${plain.length} units of UTF-16, Telegram takes ${TEXT_MAX}; make it two messages` };
  }
  return { text: plain };
}
