// What a plugin's unit tests rest on: the small host, the books that `inOrder` keeps, and calls as the host makes them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { FaultError, credentials, delivery, fault, hooks, http, json, log, malformed, mediaStore, notNow, outcome, sent, settings, state } from '@lockgate/sdk';
import { SendError, act, check, draft, fetchMedia, followUp, host, lookUp, poll, preview, receive, request, send, target } from '@lockgate/sdk/testing';

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
  const told = (wait) => new http.Response(429, [['retry-after', wait]], new Uint8Array()).retryAfter();
  const inAnHour = told(new Date(Date.now() + 3_600_000).toUTCString());
  assert.ok(inAnHour > 3_590_000 && inAnHour <= 3_600_000, String(inAnHour));
  assert.deepEqual(['Wed, 21 Oct 2015 07:28:00 GMT', 'Wed, 99 Oct 2015 07:28:00 GMT', '1.5', '-1', ''].map(told), [0, ...Array(4).fill(undefined)]);
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
    await assert.rejects(call, { kind: 'denied', why: 'this kind of call may make no requests' });
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
  const helped = { actions: { edit() { return this.done(); }, done: () => outcome.sent({}) } };
  assert.deepEqual(await act(helped, 'edit', target('m1'), []), outcome.sent({}), 'it is called as its object\'s own');
  assert.equal(new TextDecoder().decode(host.requests()[0].body), '["m1","👍",true,null]');
  assert.deepEqual(await act(plugin, 'react', target('m1'), '👍', false, 'r1'), outcome.failed(fault.passing('refused')));
  assert.deepEqual(await act(plugin, 'delete', target('m1')), outcome.failed(fault.unsupported('a message cannot be taken back on this channel')));
  await assert.rejects(act(plugin, 'typing', target(undefined), true), { message: /what actions.typing returned .*expected an outcome, found nothing/ });
});

test('what is looked up is asked with requests, writes nothing, and is not there by a fault', async () => {
  host.reset();
  const plugin = {
    directory: {
      templates: () => [{ name: 'hello', language: 'en', category: 'utility', state: 'approved', body: 'Hello {1}', sections: [{ section: 'body', kind: 'text', values: ['1'] }] }],
      profile: async (key) => {
        const answer = http.get(`https://x.example/${key}`);
        if (answer.status === 404) return undefined;
        const refused = answer.fault('people');
        if (refused !== undefined) throw new FaultError(refused);
        return { key, name: answer.json().at('name').text() };
      },
      about(thread) { state.set('seen', thread); },
    },
  };
  assert.deepEqual((await lookUp(plugin, 'templates')).map(({ body, sections }) => [body.plain, sections[0].values]), [['Hello {1}', ['1']]]);
  host.answer(200, { name: 'Änne 😀' });
  host.answer(404);
  host.answer(429, '', { 'retry-after': '2' });
  host.answer(200, 'no json');
  const found = await lookUp(plugin, 'profile', 'm/1');
  assert.deepEqual([found.key, found.name, found.role, found.aliases], ['m/1', 'Änne 😀', 'contact', []]);
  assert.equal(await lookUp(plugin, 'profile', 'm1'), undefined);
  await assert.rejects(lookUp(plugin, 'profile', 'm1'), (error) => error.fault.tag === 'rate-limited' && error.fault.val.retryAfter === 2000);
  await assert.rejects(lookUp(plugin, 'profile', 'm1'), (error) => error.fault.tag === 'malformed');
  await assert.rejects(lookUp(plugin, 'about', 't'), { why: 'read-only' });
  await assert.rejects(lookUp(plugin, 'resolve', 'phone', '+49'), { fault: fault.unsupported('nobody can be looked up on this channel') });
  await assert.rejects(lookUp({ directory: { templates: () => undefined } }, 'templates'), { message: /what directory.templates returned/ });
  await assert.rejects(lookUp({ directory: { profile: () => ({ name: 'x' }) } }, 'profile', 'a'), { message: /identity needs its field key/ });
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

test('what runs by itself makes requests, keeps state with what it found, and comes to nothing by a fault', async () => {
  host.reset();
  const plugin = {
    followUp: (what) => {
      state.set('fetched', what);
      const answer = http.get(`https://x.example/${what}`);
      const refused = answer.fault('news');
      if (refused !== undefined) throw new FaultError(refused);
      return [{ dedup: what, at: 1, body: { tag: 'ignored', val: answer.json().at('text').text() } }];
    },
    poll: async (cursor) => ({ events: await plugin.followUp('all'), cursor: cursor === undefined ? '1' : undefined, more: true }),
  };
  host.answer(200, { text: 'hello' });
  const [event] = await followUp(plugin, 'm1');
  assert.deepEqual([event.dedup, event.body, state.text('fetched')], ['m1', { tag: 'ignored', val: 'hello' }, 'm1']);
  host.answer(503, '', { 'retry-after': '3' });
  await assert.rejects(followUp(plugin, 'm2'), { name: 'FaultError', fault: fault.passing({ why: 'the provider answered with status 503', retryAfter: 3000 }) });
  assert.equal(state.text('fetched'), 'm1', 'taken back');
  for (const [status, tag] of [[500, 'passing'], [429, 'rate-limited'], [401, 'sign-in-expired'], [404, 'gone']]) {
    host.answer(status, '');
    await assert.rejects(poll(plugin, '1'), (error) => error.fault.tag === tag);
  }
  host.answer(200, 'no json');
  await assert.rejects(poll(plugin), (error) => error.fault.tag === 'malformed');
  await assert.rejects(poll(plugin), (error) => error.fault.tag === 'rejected', 'nothing is scripted');
  host.answer(200, { text: 'hello' });
  const page = await poll(plugin);
  assert.deepEqual([page.events.length, page.cursor, page.more, page.waitAtLeast], [1, '1', true, undefined]);
  await assert.rejects(poll({ poll: () => undefined }), { message: /what poll returned is not the contract's/ });
  await assert.rejects(followUp({ followUp: () => {} }, 'x'), { message: /what followUp returned is not the contract's/ });
});

test('a file is fetched, kept and named, or a fault says why not', async () => {
  host.reset();
  const plugin = {
    fetchMedia: async (deferred) => {
      const answer = http.get(`https://x.example/files/${deferred}`);
      const refused = answer.fault('files');
      if (refused !== undefined) throw new FaultError(refused);
      return mediaStore.keep(answer.body, deferred);
    },
  };
  host.answer(200, 'bytes');
  const handle = await fetchMedia(plugin, 'f-1');
  assert.deepEqual([new TextDecoder().decode(mediaStore.all(handle)), mediaStore.describe(handle).fileName], ['bytes', 'f-1']);
  host.answer(404, '');
  await assert.rejects(fetchMedia(plugin, 'f-2'), (error) => error.fault.tag === 'gone');
  await assert.rejects(fetchMedia({ fetchMedia: () => undefined }, 'x'), { message: /a kept file is a text/ });
  for (const [reason, expected] of [
    [{ tag: 'too-large', val: 3n }, fault.tooLarge(3)],
    [{ tag: 'type-refused', val: 'text/html' }, fault.rejected({ code: 'type-refused', words: 'text/html' })],
    [{ tag: 'broken', val: 'x' }, fault.passing({ why: 'the host could not read or write it now' })],
  ]) {
    const refusing = { fetchMedia: () => { throw new mediaStore.MediaError(reason); } };
    await assert.rejects(fetchMedia(refusing, 'x'), (error) => { assert.deepEqual(error.fault, expected); return true; });
  }
});

test('what is kept can be read, and nothing else is there', () => {
  host.reset();
  host.files.set('form', { bytes: new Uint8Array([1, 2, 3]), contentType: 'image/png', fileName: 'a.png' });
  assert.deepEqual([mediaStore.describe('form').contentType, [...mediaStore.all('form')]], ['image/png', [1, 2, 3]]);
  const handle = mediaStore.keep(new Uint8Array(mediaStore.PIECE + 1), 'a.bin');
  assert.deepEqual([...mediaStore.pieces(handle)].map((piece) => piece.length), [mediaStore.PIECE, 1]);
  assert.equal(mediaStore.read(handle, mediaStore.PIECE + 1).length, 0);
  assert.equal(new TextDecoder().decode(mediaStore.all(mediaStore.keep('grün'))), 'grün');
  const elsewhere = runInNewContext('new Uint8Array([104, 105])');
  assert.equal(new TextDecoder().decode(mediaStore.all(mediaStore.keep(elsewhere))), 'hi', 'bytes of another global object, as a component\'s');
  assert.throws(() => mediaStore.read('other'), { name: 'MediaError', why: 'not-found' });
});
