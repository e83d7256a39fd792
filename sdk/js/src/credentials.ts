/**
 * Which credentials are bound to this channel (at app level to the app). Their values are the host's alone: it writes them into
 * requests at the places that the manifest names.
 *
 * @module
 */

import * as host from '#imports/credentials.js';
import type { Credential } from './contract.js';

/** All that are bound, by the manifest's names. */
export const all = (): Credential[] => host.all();

/** Whether the credential of this name is bound. */
export const isBound = (name: string): boolean => all().some((credential) => credential.name === name);
