import { ACTION_MUTATIONS } from './action-mutations.js';
import { AGENT_MUTATIONS } from './agent-mutations.js';
import { API_MUTATIONS } from './api-mutations.js';
import { BACKUP_MUTATIONS } from './backup-mutations.js';
import { BLOCK_AND_ERASURE_MUTATIONS } from './block-and-erasure-mutations.js';
import { BUDGET_MUTATIONS } from './budget-mutations.js';
import { CONSOLE_MUTATIONS } from './console-mutations.js';
import { CUSTOM_INDEX_MUTATIONS } from './custom-index-mutations.js';
import { EMBEDDED_FILE_MUTATIONS } from './embedded-file-mutations.js';
import { FAILOVER_MUTATIONS } from './failover-mutations.js';
import { FLOOD_MUTATIONS } from './flood-mutations.js';
import { IDEMPOTENCY_MUTATIONS } from './idempotency-mutations.js';
import { INPUT_AND_FILE_MUTATIONS } from './input-and-file-mutations.js';
import { LANE_MUTATIONS } from './lane-mutations.js';
import { LIVE_MUTATIONS } from './live-mutations.js';
import { LONG_ANSWER_MUTATIONS } from './long-answer-mutations.js';
import { METRICS_MUTATIONS } from './metrics-mutations.js';
import type { Mutation } from './mutation.js';
import { OVERVIEW_MUTATIONS } from './overview-mutations.js';
import { PAGE_MUTATIONS } from './page-mutations.js';
import { QUERY_MUTATIONS } from './query-mutations.js';
import { REACT_MUTATIONS } from './react-mutations.js';
import { REFUSAL_MUTATIONS } from './refusal-mutations.js';
import { REPLAY_MUTATIONS } from './replay-mutations.js';
import { REPLICA_MUTATIONS } from './replica-mutations.js';
import { SHARED_WORK_MUTATIONS } from './shared-work-mutations.js';
import { SIGHT_MUTATIONS } from './sight-mutations.js';
import { TENANCY_MUTATIONS } from './tenancy-mutations.js';
import { TOKEN_MUTATIONS } from './token-mutations.js';
import { WEBHOOK_MUTATIONS } from './webhook-mutations.js';

/** The mechanisms of docs/security.md by its subjects, and how each is switched off. */
export const MUTATIONS: Readonly<Record<string, readonly Mutation[]>> = {
  Tokens: TOKEN_MUTATIONS,
  'Pages of other origins': PAGE_MUTATIONS,
  'The HTTP API': API_MUTATIONS,
  'Calls that are carried out once': IDEMPOTENCY_MUTATIONS,
  'The console': CONSOLE_MUTATIONS,
  Agents: AGENT_MUTATIONS,
  'Too much of anything: calls, messages, connections': [...FLOOD_MUTATIONS, ...REFUSAL_MUTATIONS],
  'Too much of anything: subscriptions, queries, memory': [
    ...BUDGET_MUTATIONS,
    ...LIVE_MUTATIONS,
    ...LANE_MUTATIONS,
    ...QUERY_MUTATIONS,
    ...CUSTOM_INDEX_MUTATIONS,
    ...EMBEDDED_FILE_MUTATIONS,
    ...OVERVIEW_MUTATIONS,
  ],
  'Too much of anything: pages and events': LONG_ANSWER_MUTATIONS,
  'What a caller writes, and files': INPUT_AND_FILE_MUTATIONS,
  'Backups and what the doctor finds': BACKUP_MUTATIONS,
  'What calls share': SHARED_WORK_MUTATIONS,
  'What a caller may learn': [...SIGHT_MUTATIONS, ...REPLAY_MUTATIONS],
  Tenants: TENANCY_MUTATIONS,
  'Metrics and traces': METRICS_MUTATIONS,
  'Blocks and erasures': BLOCK_AND_ERASURE_MUTATIONS,
  'Actions on all who match': ACTION_MUTATIONS,
  Webhooks: WEBHOOK_MUTATIONS,
  'A standby that takes over': FAILOVER_MUTATIONS,
  'Read replicas': REPLICA_MUTATIONS,
  'React bindings': REACT_MUTATIONS,
};
