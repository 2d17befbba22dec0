import type { BanOptions } from '@rollcall/client/server';

/** How long a ban lasts, in minutes. */
export const BAN_DURATIONS = [
  { value: '', label: 'until somebody ends it' },
  { value: '60', label: 'an hour' },
  { value: '1440', label: 'a day' },
  { value: '10080', label: 'a week' },
  { value: '43200', label: '30 days' },
];

/** What a form says about a ban, in its fields `reason` and `minutes`. */
export function banOptions(form: FormData): BanOptions {
  const minutes = Number(form.get('minutes'));
  const reason = String(form.get('reason') ?? '').trim();
  return { ...(reason && { reason }), ...(minutes > 0 && { timeout: minutes }) };
}
