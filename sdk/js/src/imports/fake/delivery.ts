/** The host's books of the delivery in hand, in a test. */
import { host } from './host.js';

export const begin = (parts: number[]): void => void host.journal.push({ did: 'begin', parts: [...parts] });
export const settle = (parts: number[], message: string | undefined): void =>
  void host.journal.push({ did: 'settle', parts: [...parts], message });
