/** How `followUp`, `poll`, `fetchMedia` and what is looked up come to nothing: by throwing. */

import { complete } from './complete.js';
import type { Fault, FaultInit } from './contract.js';

/** A fault, thrown: it says what the host does next. `throw new FaultError(fault.passing('…'))` */
export class FaultError extends Error {
  override name = 'FaultError';
  /** What the host is told. */
  readonly fault: Fault;

  constructor(given: FaultInit) {
    const whole = complete('fault', given) as Fault;
    super(`the call came to nothing: ${whole.tag}`);
    this.fault = whole;
  }
}
