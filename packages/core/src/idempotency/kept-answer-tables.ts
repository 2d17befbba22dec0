import { defineTable } from '../database/table.js';
import type { ContentKind } from './named-content.js';

/**
 * A call that was carried out under an idempotency key. It is written in the transaction of the call. Neither the key nor the
 * input stands in it: callers put names of people into both.
 */
export interface KeptAnswerRow {
  /** A hash of who called and of the key. */
  id: string;
  /** Who called; absent for a server token. */
  user_id?: string;
  /** A hash of the procedure and its input; absent when the answer has been erased. */
  fingerprint?: string;
  /** The answer of the procedure, as JSON. A text, so that a repeat is answered with the same bytes. */
  answer?: string;
  /** Why there is no answer. */
  gone?: 'erased' | 'too_long';
  created_at: number;
}

/** The calls that were carried out under a key, each once. */
export const keptAnswerTable = defineTable<KeptAnswerRow>('idempotency_keys', [
  { name: 'id', kind: 'text', primary: true },
  { name: 'user_id', kind: 'text', nullable: true },
  { name: 'fingerprint', kind: 'text', nullable: true },
  { name: 'answer', kind: 'text', nullable: true },
  { name: 'gone', kind: 'text', nullable: true },
  { name: 'created_at', kind: 'integer' },
]);

/** A user whom a kept answer names, or the input that it answers. An erasure finds the answers by it. */
export interface KeptAnswerUserRow {
  user_id: string;
  key_id: string;
}

/** The users whom kept answers name. */
export const keptAnswerUserTable = defineTable<KeptAnswerUserRow>('idempotency_users', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'key_id', kind: 'text', primary: true },
]);

/** Content that a kept answer holds. What removes the content for ever finds the answers by it. */
export interface KeptAnswerContentRow {
  content_id: string;
  kind: ContentKind;
  key_id: string;
}

/** The content that kept answers hold. */
export const keptAnswerContentTable = defineTable<KeptAnswerContentRow>('idempotency_content', [
  { name: 'content_id', kind: 'text', primary: true },
  { name: 'kind', kind: 'text', primary: true },
  { name: 'key_id', kind: 'text', primary: true },
]);
