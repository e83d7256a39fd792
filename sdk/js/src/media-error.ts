/** Why a file was not taken, or not given. */

import type { Fault, MediaError as Why } from './contract.js';
import { fault } from './contract.js';

const WORDS: Record<Why['tag'], string> = {
  'not-permitted': 'the [media] of the manifest does not say so, or this kind of call may not',
  'not-found': 'no file of this channel has this name',
  'too-large': 'the file has more bytes than are kept of one',
  'type-refused': 'files of this kind are not taken',
  full: 'the channel keeps, or the call moved, as much as it may',
  broken: 'the host could not read or write it now',
};

/** A file was not taken, or not given. */
export class MediaError extends Error {
  override name = 'MediaError';
  /** The contract's word for the reason. */
  readonly why: Why['tag'];
  /** The contract's own: with the limit, or the kind. */
  readonly reason: Why;

  constructor(reason: Why) {
    super(WORDS[reason.tag] ?? reason.tag);
    this.reason = reason;
    this.why = reason.tag;
  }

  /** The fault of a call that could not keep its file: only where the host cannot write now is it tried again. */
  fault(): Fault {
    switch (this.reason.tag) {
      case 'too-large':
        return fault.tooLarge(Number(this.reason.val));
      case 'type-refused':
        return fault.rejected({ code: 'type-refused', words: this.reason.val }) as Fault;
      case 'not-found':
        return fault.gone(this.message);
      case 'broken':
        return fault.passing({ why: this.message }) as Fault;
      default:
        return fault.rejected({ code: this.why, words: this.message }) as Fault;
    }
  }
}
