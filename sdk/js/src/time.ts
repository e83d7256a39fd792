/**
 * Moments as the contract has them: whole milliseconds since 1970-01-01T00:00:00Z.
 *
 * @module
 */

const RFC3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/;

/** The last moment that JavaScript has a date for. */
const LAST = 8_640_000_000_000_000;

/**
 * A moment that is given in seconds, with or without a fraction.
 *
 * @throws {RangeError} where it is no moment since 1970.
 */
export function fromSeconds(seconds: number): number {
  return fromMilliseconds(Math.round(seconds * 1000));
}

/**
 * A moment that is given in milliseconds.
 *
 * @throws {RangeError} where it is no moment since 1970.
 */
export function fromMilliseconds(milliseconds: number): number {
  const whole = Math.floor(milliseconds);
  if (whole >= 0 && whole <= LAST) return whole;
  throw new RangeError(`${milliseconds} ms is no moment since 1970`);
}

/**
 * A moment that is given as RFC 3339 has it: `2026-06-11T08:30:00.250+02:00`. What is finer than a millisecond is dropped; a leap
 * second is read as the second before it.
 *
 * @throws {RangeError} where it is none, or before 1970.
 */
export function fromRfc3339(text: string): number {
  const found = RFC3339.exec(text);
  const refuse = (): RangeError => new RangeError(`${JSON.stringify(text)} is no time of RFC 3339`);
  if (found === null) throw refuse();
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [number, number, number, number, number, number];
  const zoneHour = Number(found[9] ?? 0);
  const zoneMinute = Number(found[10] ?? 0);
  const days = month >= 1 && month <= 12 ? new Date(Date.UTC(year, month, 0)).getUTCDate() : 0;
  if (year < 1969 || day < 1 || day > days || hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) throw refuse();
  const milliseconds = Number((found[7] ?? '').padEnd(3, '0').slice(0, 3));
  const zone = (zoneHour * 60 + zoneMinute) * 60_000 * (found[8] === '-' ? -1 : 1);
  return fromMilliseconds(Date.UTC(year, month - 1, day, hour, minute, Math.min(second, 59), milliseconds) - zone);
}

/** A moment as RFC 3339 has it, in UTC with milliseconds. */
export function toRfc3339(milliseconds: number): string {
  return new Date(fromMilliseconds(milliseconds)).toISOString();
}
