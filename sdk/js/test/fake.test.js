// What a plugin's unit tests rest on: the small host, the books that `inOrder` keeps, and calls as the host makes them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { credentials, delivery, fault, hooks, http, json, log, malformed, notNow, outcome, sent, settings, state } from '@lockgate/sdk';
import { SendError, act, check, draft, host, preview, receive, request, send, target } from '@lockgate/sdk/testing';

test('nothing is there until a test puts it there', () => {
  host.reset();
  assert.deepEqual([settings.all(), credentials.all(), settings.get('a'), hooks.address('events'), state.get('a')], [[], [], undefined, undefined, undefined]);
  assert.throws(() => http.get('https://x.example/'), { name: 'SendError', kind: 'denied' });
});

test('settings are found by key and read by kind', () => {
  host.reset();
  host.set('a', '1');
  host.set('a', '2');
  host.set('n', 3);
  host.set('b', true);
  host.set('l', ['x', 'y']);
  host.set('empty', '');
  assert.deepEqual(settings.get('a'), { tag: 'text', val: '2' });
  assert.deepEqual([settings.text('a'), settings.number('n'), settings.boolean('b'), settings.texts('l')], ['2', 3, true, ['x', 'y']]);
  assert.deepEqual([settings.text('n'), settings.text('empty'), settings.boolean('none'), settings.texts('none')], [undefined, undefined, false, []]);
  assert.equal(settings.all().length, 5);
});

test('state is kept, listed, and refused where it is read-only or too large', () => {
  host.reset();
  for (const key of ['a/1', 'a/2', 'a/3', 'b']) state.set(key, 'x');
  state.remove('a/3');
  assert.deepEqual(state.keys('a/'), ['a/1', 'a/2']);
  assert.deepEqual(state.keys('a/', { after: 'a/1' }), ['a/2']);
  assert.deepEqual(state.keys('', { count: 1 }), ['a/1']);
  assert.throws(() => state.set('k'.repeat(513), 'x'), { name: 'StateError', why: 'too-large' });
  assert.throws(() => state.set('k', new Uint8Array(65_537)), { why: 'too-large' });
  host.stateIsReadOnly = true;
  assert.throws(() => state.set('a/1', 'y'), { why: 'read-only' });
  assert.throws(() => state.remove('a/1'), { why: 'read-only' });
  assert.equal(state.text('a/1'), 'x');
});

test('requests are noted and answered in order', () => {
  host.reset();
  host.answer(200, { id: 7 });
  host.answer(429, '', { 'Retry-After': ' 3 ' });
  const first = http.post('https://x.example/a', { headers: { 'x-a': 'b' }, json: [1, 2] });
  assert.equal(first.json().at('id').integer(), 7);
  const second = http.get('https://x.example/b');
  assert.deepEqual([first.ok, second.ok, second.header('retry-after'), second.retryAfter()], [true, false, ' 3 ', 3000]);
  const seen = host.requests().map(({ method, url, headers, body }) => [method, url, headers, new TextDecoder().decode(body)]);
  assert.deepEqual(seen, [
    ['POST', 'https://x.example/a', [['x-a', 'b'], ['content-type', 'application/json']], '[1,2]'],
    ['GET', 'https://x.example/b', [], ''],
  ]);
});

test('a wait is told in seconds or until a date', () => {
  host.reset();
  const dated = (told) => {
    host.answer(429, '', { 'Retry-After': told });
    return http.get('https://x.example/c').retryAfter();
  };
  assert.equal(dated('Wed, 21 Oct 2020 07:28:00 GMT'), 0);
  assert.equal(dated('Wed, 41 Oct 2026 07:28:00 GMT'), undefined);
  assert.equal(dated('soon'), undefined);
  const left = dated(new Date(Date.now() + 60_000).toUTCString());
  assert.ok(left > 50_000 && left <= 60_000, String(left));
});

test('log lines keep their fields', () => {
  host.reset();
  log.warn('slow', { ms: 12 });
  assert.deepEqual(host.log, [{ level: 'warn', message: 'slow', fields: [{ name: 'ms', value: '12' }] }]);
});

test('parts go one after the other and stop at the first that was not sent', () => {
  for (const stop of [outcome.failed(fault.signInExpired()), outcome.unknown('?')]) {
    host.reset();
    const outcomes = delivery.inOrder(draft(['a', 'b', 'c']), ({ id }) => (id === 1 ? outcome.sent(sent({ message: 'm1' })) : stop));
    assert.deepEqual(outcomes, [
      { parts: [1], outcome: outcome.sent({ message: 'm1' }) },
      { parts: [2], outcome: stop },
      { parts: [3], outcome: outcome.notTried() },
    ]);
    assert.deepEqual(host.journal, [{ did: 'begin', parts: [1] }, { did: 'settle', parts: [1], message: 'm1' }, { did: 'begin', parts: [2] }]);
  }
});

test('a part that may have been sent is not sent again, one that failed is', () => {
  const earlier = (before) => ({ ...draft(['a']), parts: draft(['a']).parts.map((part) => ({ ...part, earlier: before })) });
  for (const before of [outcome.sent({}), outcome.accepted({}), outcome.unknown('?')]) {
    host.reset();
    assert.deepEqual(delivery.inOrder(earlier(before), () => outcome.notTried()), []);
    assert.deepEqual(host.journal, []);
  }
  assert.equal(delivery.inOrder(earlier(outcome.failed(fault.passing('busy'))), () => outcome.sent({})).length, 1);
});

test('a request without an answer is the outcome that it stands for', () => {
  const of = (kind) => delivery.inOrder(draft(['a']), () => { throw new SendError(kind, 'why'); })[0]?.outcome;
  assert.deepEqual(of('denied'), outcome.failed(fault.rejected({ code: 'denied', words: 'why' })));
  assert.deepEqual(of('not-sent'), outcome.failed(fault.passing('why')));
  assert.deepEqual(of('unanswered'), outcome.unknown('why'));
  assert.throws(() => delivery.inOrder(draft(['a']), () => { throw new TypeError('mine'); }), { message: 'mine' });
});

test('a status says what may be tried again', () => {
  const refusal = (status, headers = {}) => new http.Response(status, Object.entries(headers), new Uint8Array()).refusal('page');
  assert.equal(refusal(204), undefined);
  assert.deepEqual(refusal(401), outcome.failed(fault.signInExpired()));
  assert.deepEqual(refusal(403), outcome.failed(fault.permissionMissing([])));
  assert.equal(refusal(404)?.val.tag, 'gone');
  assert.deepEqual(refusal(413), outcome.failed(fault.tooLarge(undefined)));
  assert.deepEqual(refusal(429, { 'retry-after': '2' }), outcome.failed(fault.rateLimited({ retryAfter: 2000, bucket: 'page' })));
  assert.equal(refusal(400)?.val.tag, 'rejected');
  assert.equal(refusal(500)?.tag, 'unknown');
  assert.equal(refusal(503)?.tag, 'unknown');
  assert.equal(refusal(503, { 'retry-after': '2' })?.val.tag, 'passing');
});

test('receive is called as the host does, and refuses by throwing', async () => {
  const given = request({ body: { a: 1 } });
  assert.deepEqual(await receive({ receive: () => ({}) }, given), { response: undefined, events: [] });
  const refused = (plugin) => receive(plugin, given).then(() => undefined, (error) => error.refusal);
  assert.deepEqual(await refused({ receive: () => { throw malformed('no'); } }), { tag: 'malformed', val: 'no' });
  assert.deepEqual(await refused({ receive: async () => { throw notNow({ why: 'later', retryAfter: 5 }); } }), { tag: 'passing', val: { why: 'later', retryAfter: 5 } });
  assert.deepEqual(await refused({ receive: ({ body }) => ({ events: json.parse(body).at('b').list() }) }), { tag: 'malformed', val: 'b is missing' });
  await assert.rejects(receive({ receive: () => { throw new TypeError('mine'); } }, given), { name: 'TypeError', message: 'mine' });
  await assert.rejects(receive({ receive: () => ({ events: [{}] }) }, given), { message: 'what receive returned is not the contract\'s: events[0]: event needs its field dedup' });
});

test('only send makes requests, and what a refused request wrote is taken back', async () => {
  host.reset();
  host.answer(200);
  const asks = () => { http.get('https://x.example/'); };
  for (const call of [receive({ receive: asks }, request()), preview({ send: () => [], preview: asks }, draft([])), check({ check: asks })]) {
    await assert.rejects(call, { kind: 'denied', why: 'only send may make requests' });
  }
  assert.equal(host.answers.length, 1);
  await assert.rejects(receive({ receive: () => { state.set('a', 'b'); throw malformed('no'); } }, request()), { name: 'RefusalError' });
  assert.equal(host.state.size, 0);
  await receive({ receive: () => { state.set('a', 'b'); return {}; } }, request());
  assert.deepEqual([host.state.size, host.requestsAreDenied, host.stateIsReadOnly], [1, false, false]);
});

test('an action is called as the host does, and one that is not there is unsupported', async () => {
  host.reset();
  host.answer(200);
  host.fail(new SendError('not-sent', 'refused'));
  const plugin = {
    actions: {
      react: ({ message }, symbol, added, reaction) => { http.post('https://x.example/', { json: [message, symbol, added, reaction ?? null] }); return outcome.sent({}); },
      typing: async () => undefined,
    },
  };
  assert.deepEqual(await act(plugin, 'react', target('m1'), '👍', true), outcome.sent({}));
  assert.equal(new TextDecoder().decode(host.requests()[0].body), '["m1","👍",true,null]');
  assert.deepEqual(await act(plugin, 'react', target('m1'), '👍', false, 'r1'), outcome.failed(fault.passing('refused')));
  assert.deepEqual(await act(plugin, 'delete', target('m1')), outcome.failed(fault.unsupported('a message cannot be taken back on this channel')));
  await assert.rejects(act(plugin, 'typing', target(undefined), true), { message: /what actions.typing returned .*expected an outcome, found nothing/ });
});

test('send and preview cannot write state, and what they return is looked at', async () => {
  host.reset();
  const writes = { send: () => { state.set('a', 'b'); return []; }, preview: async () => { state.set('a', 'b'); return []; } };
  await assert.rejects(send(writes, draft([])), { why: 'read-only' });
  await assert.rejects(preview(writes, draft([])), { why: 'read-only' });
  assert.equal(host.stateIsReadOnly, false);
  assert.deepEqual(await preview({ send: () => [] }, draft([])), []);
  await assert.rejects(send({ send: () => undefined }, draft([])), { message: /what send returned .*expected a list, found nothing/ });
  await assert.rejects(check({ check: () => [{ key: 'a' }] }), { message: /what check returned .*\[0\]: field-problem needs its field words/ });
});
