/** Requests in a test: noted, and answered as the test said. */
import { SendError } from '../../send-error.js';
import { host } from './host.js';
import type { ScriptedAnswer, SentRequest } from './host.js';

export function send(request: SentRequest): ScriptedAnswer {
  if (host.requestsAreDenied) throw new SendError('denied', 'this kind of call may make no requests');
  host.journal.push({ did: 'request', request });
  const answer = host.answers.shift() ?? new SendError('denied', 'the test scripted no answer for this request');
  if (answer instanceof SendError) throw answer;
  return answer;
}
