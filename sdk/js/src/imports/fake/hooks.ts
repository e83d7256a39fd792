/** The host's addresses of routes, in a test. */
import { host } from './host.js';

export const address = (route: string): string | undefined => host.hooks.get(route);
