/**
 * What a part becomes in `sendMessage`, or why it cannot be sent.
 *
 * @module
 */

/** The longest text, in code units of UTF-16: what JavaScript counts. */
const TEXT_MAX = 4096;

/**
 * @param {import('@lockgate/sdk').Part} part
 * @returns {{ text: string } | { code: string, words: string }}
 */
export function render({ content }) {
  if (content.tag === 'media') return { code: 'unknown-type', words: 'This plugin sends text alone; put a link to the file into the text' };
  if (content.tag !== 'text') return { code: 'unknown-type', words: 'This plugin sends text alone' };
  const { plain } = content.val;
  if (plain.trim() === '') return { code: 'empty', words: 'The text is empty' };
  if (plain.length > TEXT_MAX) {
    return { code: 'too-long', words: `The text has ${plain.length} code units of UTF-16, Telegram takes ${TEXT_MAX}; send it in pieces` };
  }
  return { text: plain };
}
