// JSON, times, forms and texts as providers write them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { form, json, text, time } from '@lockgate/sdk';

const update = json.parse('{"id":12345678901234567890,"from":{"id":7,"name":null},"list":[1,"a"],"on":true,"text":"a 12345678901234567890"}');

test('what is there is read', () => {
  assert.equal(update.at('from').at('id').integer(), 7);
  assert.equal(update.at('from').at('id').id(), '7');
  assert.equal(update.at('on').boolean(), true);
  assert.deepEqual(update.at('list').list().map(({ place }) => place), ['list[0]', 'list[1]']);
  assert.equal(update.at('from').raw(), '{"id":7,"name":null}');
  assert.deepEqual(update.keys(), ['id', 'from', 'list', 'on', 'text']);
  assert.deepEqual(update.at('from').keys(), ['id'], 'null is nothing');
  assert.deepEqual(update.rest('id', 'from', 'list', 'text'), [{ name: 'on', value: 'true' }]);
  assert.equal(json.parse('{"at":1780000000}').at('at').seconds(), 1_780_000_000_000);
});

test('no digit of a long id is lost, and no text is touched', () => {
  assert.equal(update.at('id').id(), '12345678901234567890');
  assert.equal(update.at('text').text(), 'a 12345678901234567890');
  const written = String.raw`[9007199254740991, 1234567890123456.5, 0.12345678901234567, 1e20, 1e-0000000000000001, -12345678901234567890,"\\",
    12345678901234567890,"\"12345678901234567890"]`;
  assert.deepEqual(json.parseValue(written), [
    9007199254740991, 1234567890123456.5, 0.12345678901234567, 1e20, 0.1, '-12345678901234567890', '\\', '12345678901234567890', '"12345678901234567890',
  ]);
});

test('what is no JSON stays none', () => {
  for (const written of ['"1234567890123456', '1234567890123456"', '{1234567890123456789:1}x', '12345678901234567890 1']) {
    assert.throws(() => json.parse(written), { name: 'JsonError' }, written);
  }
});

test('what may be absent is nothing', () => {
  assert.equal(update.at('from').at('name').optional((name) => name.text()), undefined);
  assert.equal(update.at('from').at('id').ifPossible((name) => name.text()), undefined);
  assert.equal(update.at('nowhere').at('deeper').exists, false);
  assert.equal(update.has('constructor'), false);
});

/** @type {[string, () => unknown, string][]} */
const UNREADABLE = [
  ['missing', () => update.at('message').at('date').integer(), 'message.date is missing'],
  ['null', () => update.at('from').at('name').text(), 'from.name is missing'],
  ['in a list', () => update.at('list').list()[1]?.number(), 'list[1] must be a number, is a text'],
  ['too long for a number', () => update.at('id').integer(), 'id must be a whole number, is a text'],
  ['no object', () => json.parse('[]').object(), 'the body must be an object, is a list'],
  ['null as a whole', () => json.parse('null').object(), 'the body must be an object, is null'],
  ['no moment', () => json.parse('{"at":-1}').at('at').seconds(), 'at must be a time in seconds, is a number'],
  ['beyond all years', () => json.parse('{"at":253402300800}').at('at').seconds(), 'at must be a time in seconds, is a number'],
  ['no list', () => update.at('from').list(), 'from must be a list, is an object'],
  ['no UTF-8', () => json.parse(Uint8Array.of(0x22, 0xff, 0x22)), 'the body is not UTF-8'],
];

for (const [what, read, words] of UNREADABLE) {
  test(`what is ${what} is told with its place`, () => {
    assert.throws(read, { name: 'JsonError', message: words });
  });
}

test('what is no JSON is told', () => {
  assert.throws(() => json.parse('{'), { name: 'JsonError', message: /^the body is no JSON: / });
});

test('moments are milliseconds', () => {
  assert.equal(time.fromSeconds(1_760_000_000), 1_760_000_000_000);
  assert.equal(time.fromSeconds(1.0005), 1001);
  assert.equal(time.toRfc3339(0), '1970-01-01T00:00:00.000Z');
  for (const seconds of [-1, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => time.fromSeconds(seconds), RangeError);
});

test('RFC 3339 is read as it says', () => {
  const moment = Date.UTC(2026, 5, 11, 6, 30, 0, 250);
  for (const written of ['2026-06-11T06:30:00.25Z', '2026-06-11t08:30:00.250999+02:00', '2026-06-11 01:00:00.25-05:30']) {
    assert.equal(time.fromRfc3339(written), moment, written);
  }
  assert.equal(time.fromRfc3339('2016-12-31T23:59:60Z'), Date.UTC(2016, 11, 31, 23, 59, 59));
  assert.equal(time.fromRfc3339('2024-02-29T00:00:00Z'), Date.UTC(2024, 1, 29));
  for (const written of ['2026-06-11', '2026-06-11T06:30:00', '2023-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-01-01T24:00:00Z', '1969-01-01T00:00:00Z', '0070-01-01T00:00:00Z']) {
    assert.throws(() => time.fromRfc3339(written), RangeError, written);
  }
});

test('forms keep order and repetition', () => {
  const fields = form.parse(new TextEncoder().encode('a=1&b=%C3%BC+x&a=2&c'));
  assert.deepEqual(fields.pairs, [{ name: 'a', value: '1' }, { name: 'b', value: 'ü x' }, { name: 'a', value: '2' }, { name: 'c', value: '' }]);
  assert.deepEqual([fields.get('a'), fields.all('a'), fields.get('d'), fields.names()], ['1', ['1', '2'], undefined, ['a', 'b', 'c']]);
  assert.equal(form.encode(fields.pairs), 'a=1&b=%C3%BC+x&a=2&c=');
  assert.equal(form.encode({ a: '1 2', b: undefined }), 'a=1+2');
});

test('a text is cut between characters', () => {
  assert.equal(text.excerpt('ü'.repeat(40_000)).length, 32_768);
  assert.equal(text.excerpt('a\u{1f600}b', 4), 'a');
  assert.equal(text.excerpt('short'), 'short');
  assert.equal(text.characters('a\u{1f600}b'), 3);
});
