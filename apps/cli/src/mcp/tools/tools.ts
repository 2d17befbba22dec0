import type { Tool } from '../tool.js';
import { ACCESS_TOOLS } from './access.js';
import { ACTING_TOOLS } from './acting.js';
import { EVENT_TOOLS } from './events.js';
import { FINDING_TOOLS } from './finding.js';
import { LIFE_CYCLE_TOOLS } from './life-cycle.js';
import { TASK_TOOLS } from './tasks.js';
import { WRITING_TOOLS } from './writing.js';

/** All tools, those that only read first. */
export const TOOLS: readonly Tool[] = [
  ...FINDING_TOOLS,
  ...EVENT_TOOLS,
  ...TASK_TOOLS,
  ...ACCESS_TOOLS,
  ...WRITING_TOOLS,
  ...LIFE_CYCLE_TOOLS,
  ...ACTING_TOOLS,
];
