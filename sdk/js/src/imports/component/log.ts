/** The host's log. */
export { write } from 'lockgate:channel/log';
