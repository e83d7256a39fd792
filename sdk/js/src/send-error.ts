/** Why a request has no answer, and what that means for the delivery. */

import { fault, outcome } from './contract.js';
import type { Fault, Outcome } from './contract.js';

/**
 * What is certain of a request without an answer:
 *
 * - `denied`: the host does not permit it, or it is no request that can be sent. Nothing left.
 * - `not-sent`: no connection came to be. Nothing left, so it can be tried again.
 * - `unanswered`: it left and may have arrived; no (whole) answer came back.
 */
export type SendErrorKind = 'denied' | 'not-sent' | 'unanswered';

const WORDS: Record<SendErrorKind, string> = {
  denied: 'the host refused the request',
  'not-sent': 'no connection',
  unanswered: 'no answer',
};

/** There is no answer. The texts are for people and hold no secret. */
export class SendError extends Error {
  override name = 'SendError';
  /** What is certain. */
  readonly kind: SendErrorKind;
  /** Why, in the host's words. */
  readonly why: string;

  constructor(kind: SendErrorKind, why: string) {
    super(`${WORDS[kind]}: ${why}`);
    this.kind = kind;
    this.why = why;
  }

  /**
   * The outcome of a part whose request it was, where that request sends: refused is final, no connection passes, no answer is
   * unknown.
   */
  outcome(): Outcome {
    switch (this.kind) {
      case 'denied':
        return outcome.failed(fault.rejected({ code: 'denied', words: this.why }));
      case 'not-sent':
        return outcome.failed(fault.passing(this.why));
      case 'unanswered':
        return outcome.unknown(this.why);
    }
  }

  /** The fault of a call whose request it was, where that request changes nothing: without an answer it is asked again. */
  fault(): Fault {
    return this.kind === 'denied' ? fault.rejected({ code: 'denied', words: this.why }) : fault.passing(this.why);
  }
}
