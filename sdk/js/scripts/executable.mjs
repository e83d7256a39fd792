// Makes the command executable: a folder that is linked instead of installed is as the compiler left it.
import { chmodSync } from 'node:fs';

chmodSync(new URL('../dist/build/cli.js', import.meta.url), 0o755);
