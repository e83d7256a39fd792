/** The host's addresses of routes. */
export { address } from 'lockgate:channel/hooks';
