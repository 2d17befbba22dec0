import { defineTable } from '../../database/table.js';

/** How quickly a user answers, as it is stored: enough to take the next response into the mean. */
export interface ResponseTimeRow {
  user_id: string;
  responses: number;
  /** Milliseconds, of all responses together. */
  total_ms: number;
}

/** The response times. */
export const responseTimeTable = defineTable<ResponseTimeRow>('response_times', [
  { name: 'user_id', kind: 'text', primary: true },
  { name: 'responses', kind: 'integer' },
  { name: 'total_ms', kind: 'integer' },
]);
