/**
 * What would be wrong with a draft, told before Send is pressed.
 *
 * @module
 */

import { render } from './render.js';

/** @type {NonNullable<import('@lockgate/sdk').Plugin['preview']>} */
export function preview(draft) {
  /** @type {import('@lockgate/sdk').ProblemInit[]} */
  const problems = [];
  for (const { id, part } of draft.parts) {
    const rendered = render(part);
    if ('code' in rendered) problems.push({ part: id, severity: 'error', ...rendered });
    if (part.content.tag === 'text' && part.content.val.html !== undefined) {
      problems.push({ part: id, severity: 'warning', code: 'formatting', words: 'The text is sent without its formatting' });
    }
  }
  return problems;
}
