// Puts the contract's WIT into the package while it is packed; in a checkout it stands above, once for all SDKs.
import { cpSync, rmSync } from 'node:fs';

const copy = new URL('../wit', import.meta.url);
rmSync(copy, { recursive: true, force: true });
if (!process.argv.includes('--remove')) cpSync(new URL('../../../wit', import.meta.url), copy, { recursive: true });
