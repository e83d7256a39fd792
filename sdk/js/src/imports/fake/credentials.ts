/** The host's list of credentials, in a test. */
import type { Credential } from '../../contract.js';
import { host } from './host.js';

export const all = (): Credential[] => structuredClone(host.credentials);
