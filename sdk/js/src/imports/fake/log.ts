/** The host's log, in a test. */
import { host } from './host.js';

export function write(level: string, message: string, fields: { name: string; value: string }[]): void {
  host.log.push({ level, message, fields });
}
