import { InvalidArgumentError } from 'commander';

const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/**
 * Reads a duration such as `90s`, `15m`, `1h`, `30d` as seconds.
 * @throws InvalidArgumentError for anything else: a number without a unit is refused, because nobody knows which.
 */
export function parseDurationSeconds(text: string): number {
  const [, count, unit] = /^([1-9]\d{0,8})([smhd])$/.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit ?? ''];
  if (count && seconds) return Number(count) * seconds;
  throw new InvalidArgumentError('a duration is a number and a unit: 90s, 15m, 1h or 30d');
}
