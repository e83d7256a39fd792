/** The host's files. A refusal is thrown with the contract's word for it as `payload`. */
import * as host from 'lockgate:channel/media-store';
import { lift } from '../../complete.js';
import type { Description } from '../../contract.js';

export { create, share } from 'lockgate:channel/media-store';
export const read = (handle: string, offset: bigint, count: number): Uint8Array => lift(host.read(handle, offset, count)) as Uint8Array;
export const finish = (writer: host.Writer): string => host.Writer.finish(writer);
export const describe = (handle: string): Description => lift(host.describe(handle)) as Description;
