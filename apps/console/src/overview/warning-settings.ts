import type { AppSettings, OverviewWarning } from '@rollcall/client/server';

/** The setting that a warning is about. The other warnings are about the environment of the server. */
export const WARNING_SETTINGS: Partial<Record<OverviewWarning['code'], keyof AppSettings>> = {
  GUESTS_IN_PRODUCTION: 'guests_enabled',
  QUERY_STOPPED: 'indexed_custom_fields',
  TOKEN_WITHOUT_EXPIRY: 'revoke_tokens_issued_before',
};

/** Warnings of what fails now, or will soon. */
export const GRAVE_WARNINGS: ReadonlySet<OverviewWarning['code']> = new Set([
  'STORAGE_READ_ONLY',
  'DISK_NEARLY_FULL',
  'WEBHOOK_DISABLED',
]);

/** Warnings of webhooks, which their page says more about. */
export const WEBHOOK_WARNINGS: ReadonlySet<OverviewWarning['code']> = new Set([
  'WEBHOOK_DISABLED',
  'WEBHOOK_FAILING',
]);
