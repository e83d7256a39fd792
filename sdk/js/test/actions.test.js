// The actions of the guide, as the host calls them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fault, http, outcome } from '@lockgate/sdk';
import { SendError, act, host, target } from '@lockgate/sdk/testing';

export const actions = {
  typing({ thread }, on) {
    if (thread?.kind !== 'direct') {
      return outcome.failed(fault.unsupported('LINE shows it to one person only, not to a group'));
    }
    // It ends by itself, or with the next message.
    if (!on) return outcome.sent({});
    const body = { chatId: thread.key, loadingSeconds: 20 };
    const answer = http.post('https://api.line.me/v2/bot/chat/loading/start', { json: body });
    return answer.refusal('account') ?? outcome.sent({});
  },
};

const shown = (thread, on) => act({ actions }, 'typing', target('m1', { thread }), on);

test('typing is shown to one person, and what the provider answers is the outcome', async () => {
  host.reset();
  host.answer(202);
  assert.equal((await shown({ key: 'U1', kind: 'direct' }, true)).tag, 'sent');
  assert.equal(new TextDecoder().decode(host.requests()[0].body), '{"chatId":"U1","loadingSeconds":20}');
  host.answer(500, '<html>');
  assert.equal((await shown({ key: 'U1', kind: 'direct' }, true)).tag, 'unknown');
  host.fail(new SendError('not-sent', 'refused'));
  assert.deepEqual(await shown({ key: 'U1', kind: 'direct' }, true), outcome.failed(fault.passing('refused')));
});

test('to a group, or when it ends, nothing is asked for', async () => {
  host.reset();
  assert.equal((await shown({ key: 'U1', kind: 'direct' }, false)).tag, 'sent');
  assert.equal((await shown({ key: 'G1', kind: 'group' }, true)).val.tag, 'unsupported');
  assert.equal((await shown(undefined, true)).val.tag, 'unsupported');
  assert.deepEqual(host.requests(), []);
});
