/**
 * The delivery in hand: which parts a request carries, and what the provider has.
 *
 * @module
 */

import * as host from '#imports/delivery.js';
import { complete } from './complete.js';
import type { Draft, DraftPart, Outcome, OutcomeInit, PartOutcome } from './contract.js';
import { SendError } from './send-error.js';

/** The send requests that follow carry these parts: what departs is marked for them. */
export const begin = (parts: number[]): void => host.begin(parts);

/** The provider has these parts, as this message. Durable at once: a trap afterwards does not forget it. */
export const settle = (parts: number[], message?: string): void => host.settle(parts, message);

/**
 * Sends the parts of a draft one by one, each with a request of its own, and keeps the books: `begin` before, `settle` after,
 * parts that an earlier attempt settled left alone, and everything behind the first that was not sent `not-tried`. A
 * `SendError` that `send` lets through becomes the outcome that it stands for.
 */
export function inOrder(draft: Draft, send: (part: DraftPart) => OutcomeInit): PartOutcome[] {
  const outcomes: PartOutcome[] = [];
  let stopped = false;
  for (const part of draft.parts) {
    const earlier = part.earlier?.tag;
    if (earlier === 'sent' || earlier === 'accepted' || earlier === 'unknown') continue;
    if (stopped) {
      outcomes.push({ parts: [part.id], outcome: { tag: 'not-tried' } });
      continue;
    }
    begin([part.id]);
    const outcome = outcomeOf(part, send);
    if (outcome.tag === 'sent' || outcome.tag === 'accepted') settle([part.id], outcome.val.message);
    else stopped = true;
    outcomes.push({ parts: [part.id], outcome });
  }
  return outcomes;
}

function outcomeOf(part: DraftPart, send: (part: DraftPart) => OutcomeInit): Outcome {
  try {
    return complete('outcome', send(part), `the outcome of part ${part.id}`) as Outcome;
  } catch (error) {
    if (error instanceof SendError) return error.outcome();
    throw error;
  }
}
