// Removes what an earlier build left, so that no file stays that has no source any more.
import { rmSync } from 'node:fs';

rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
