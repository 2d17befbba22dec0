/** The same object with some of its times as ISO 8601. Every input takes them in this form, too. */
export function readableTimes<Of extends object>(object: Of, names: readonly string[]): Of {
  const times = Object.entries(object).flatMap(([name, value]) =>
    names.includes(name) && typeof value === 'number' ? [[name, isoTime(value)]] : [],
  );
  return { ...object, ...Object.fromEntries(times) };
}

/** A time as ISO 8601. One that a date cannot hold stays a number. */
function isoTime(time: number): string | number {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? time : date.toISOString();
}
