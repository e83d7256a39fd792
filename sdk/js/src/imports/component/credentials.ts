/** The host's list of credentials. */
import * as host from 'lockgate:channel/credentials';
import { lift } from '../../complete.js';
import type { Credential } from '../../contract.js';

export const all = (): Credential[] => lift(host.all()) as Credential[];
