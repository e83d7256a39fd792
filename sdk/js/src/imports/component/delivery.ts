/** The host's books of the delivery in hand. */
import * as host from 'lockgate:channel/delivery';

export const begin = (parts: number[]): void => host.begin(Uint32Array.from(parts));
export const settle = (parts: number[], message: string | undefined): void => host.settle(Uint32Array.from(parts), message);
