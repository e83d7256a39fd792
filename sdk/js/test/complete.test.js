// Values of the contract: what may be left out, and what is said of those that the contract does not know.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { content, event, eventBody, fault, identity, media, message, part, receiptTarget, thread } from '@lockgate/sdk';
import { lift, lower } from '../dist/src/complete.js';

test('what has a default is left out', () => {
  assert.deepEqual(identity({ key: 'anna' }), {
    key: 'anna', kind: 'opaque', role: 'contact', aliases: [], assurance: { tag: 'unverified' }, name: undefined, username: undefined,
    picture: undefined, language: undefined, timezone: undefined, context: undefined, extras: [],
  });
  assert.equal(thread({ key: 'anna' }).kind, 'direct');
  assert.equal(message({}).direction, 'incoming');
  assert.equal(media({ source: { tag: 'address', val: 'https://example.org/' } }).viewOnce, false);
});

test('half of a surrogate pair costs nothing but itself', () => {
  assert.equal(lower('string', 'a\ud83d b\u{1f642}'), 'a\ufffd b\u{1f642}');
});

test('a text stands for a part, for its words and for a reason', () => {
  assert.deepEqual(message({ parts: ['Hello'] }).parts, [{ content: { tag: 'text', val: { plain: 'Hello', html: undefined } }, extras: [] }]);
  assert.deepEqual(part(content.text('x')), part('x'));
  assert.deepEqual(fault.passing('busy'), { tag: 'passing', val: { why: 'busy', retryAfter: undefined } });
  assert.deepEqual(fault.rejected('no'), { tag: 'rejected', val: { code: undefined, words: 'no' } });
});

test('a case that carries nothing is its name alone', () => {
  assert.deepEqual(fault.signInExpired(), { tag: 'sign-in-expired' });
  assert.deepEqual(receiptTarget.upTo(5), { tag: 'up-to', val: 5 });
});

test('what is complete stays as it is', () => {
  const whole = event({ dedup: '1', at: 2, body: eventBody.message({ parts: ['x'] }) });
  assert.deepEqual(event(whole), whole);
});

/** @type {[string, () => unknown, string][]} */
const WRONG = [
  ['a field that must be there', () => event({ at: 1, body: eventBody.profile() }), 'event needs its field dedup'],
  ['a field that is not', () => event({ dedup: '1', at: 1, body: eventBody.profile(), thred: {} }), 'event has no field thred; it has dedup, account, thread, actor, at, order, body, extras'],
  ['a number for a text', () => event({ dedup: 1, at: 1, body: eventBody.profile() }), 'dedup: expected a text, found 1; write String(…)'],
  ['a text for a moment', () => event({ dedup: '1', at: '1', body: eventBody.profile() }), 'at: expected a whole number that is not negative, found "1"'],
  ['a moment before 1970', () => event({ dedup: '1', at: -1, body: eventBody.profile() }), 'at: expected a whole number that is not negative, found -1'],
  ['half a millisecond', () => event({ dedup: '1', at: 0.5, body: eventBody.profile() }), 'at: expected a whole number that is not negative, found 0.5'],
  ['a number that is not exact', () => event({ dedup: '1', at: 1, order: 2 ** 60, body: eventBody.profile() }), 'order: expected a whole number that is not negative, found 1152921504606847000; write it as a bigint'],
  ['a case that is not', () => message({ parts: [{ tag: 'txt', val: 'x' }] }), 'parts[0].content.tag: content has no case "txt"; it has text, media, location, contact-card, choices, choice, template, fields, link-preview, order, native'],
  ['a case of every object', () => message({ parts: [{ tag: 'constructor' }] }), 'parts[0].content.tag: content has no case "constructor"; it has text, media, location, contact-card, choices, choice, template, fields, link-preview, order, native'],
  ['something where nothing is carried', () => event({ dedup: '1', at: 1, body: { tag: 'profile', val: 1 } }), 'body.val: the case profile of event-body carries nothing'],
  ['a word that is not one of several', () => thread({ key: 'x', kind: 'private' }), 'kind: expected one of direct, group, topic, public, found "private"'],
  ['one for several', () => message({ parts: 'x' }), 'parts: expected a list, found "x"'],
  ['bytes for a record', () => thread(new Uint8Array(1)), 'expected a thread, found bytes'],
  ['an answer that is no status', () => lower('response', { status: 70_000 }), 'status: expected a whole number from 0 to 65535, found 70000'],
];

for (const [what, make, words] of WRONG) {
  test(`${what} is refused with its place`, () => {
    assert.throws(make, { name: 'ContractError', message: words });
  });
}

test('numbers of 64 bits are bigints for the bindings alone', () => {
  const low = lower('event', event({ dedup: '1', at: 5, order: 2n ** 63n, body: eventBody.profile() }));
  assert.deepEqual([low.at, low.order], [5n, 2n ** 63n]);
  assert.deepEqual(lift({ at: 5n, deep: [{ order: 2n ** 63n }], body: Uint8Array.of(1) }), { at: 5, deep: [{ order: 2n ** 63n }], body: Uint8Array.of(1) });
});
