/** How `receive` refuses a request: by throwing. */

import { refusal } from './contract.js';
import type { PassingInit, Refusal } from './contract.js';

/** A refusal, thrown. Make it with `malformed`, `unauthentic` or `notNow`. */
export class RefusalError extends Error {
  override name = 'RefusalError';
  /** What the host is told. */
  readonly refusal: Refusal;

  constructor(refused: Refusal) {
    super(typeof refused.val === 'string' ? `${refused.tag}: ${refused.val}` : `${refused.tag}: ${refused.val.why}`);
    this.refusal = refused;
  }
}

/** Nothing in it can be read: acknowledged, kept as a dead letter. `throw malformed('…')` */
export const malformed = (why: string): RefusalError => new RefusalError(refusal.malformed(why));

/** It is not from whom it claims: 401, only counted. `throw unauthentic('…')` */
export const unauthentic = (why: string): RefusalError => new RefusalError(refusal.unauthentic(why));

/** It cannot be handled now: 503, or run again by the host where the provider was answered already. `throw notNow('…')` */
export const notNow = (passing: PassingInit): RefusalError => new RefusalError(refusal.passing(passing));
