import {
  type Activity,
  type AddActivityInput,
  LIMITS,
  type QueryActivitiesAnswer,
  type QueryActivitiesInput,
  type RemoveActivityInput,
} from '@rollcall/protocol';
import { jsonObject } from '../check/json-kind.js';
import { optional } from '../check/kind.js';
import { name, userId, whole } from '../check/kinds.js';
import { shape } from '../check/shape.js';
import type { MethodRows } from './product-methods.js';

/** Activities. Each answer contains the actors as they are now. */
export interface Feeds {
  /**
   * Adds an activity. A caller that gives it an id can repeat the call, and gets what is stored.
   * @throws RollcallError `INPUT_INVALID` for an id that is taken by another activity.
   */
  addActivity(input: AddActivityInput): Promise<{ activity: Activity }>;

  /** Removes an activity. For its actor and back ends. */
  removeActivity(input: RemoveActivityInput): Promise<{ activity: Activity }>;

  /** Finds one page of activities, newest first. */
  queryActivities(input?: QueryActivitiesInput): Promise<QueryActivitiesAnswer>;
}

/** The methods of `Feeds`. */
export const FEEDS_METHODS: MethodRows<Feeds> = {
  addActivity: [
    'mutate',
    shape<AddActivityInput>({
      id: optional(name),
      verb: name,
      object: name,
      custom: optional(jsonObject),
      user_id: optional(userId),
    }),
  ],
  removeActivity: ['mutate', shape<RemoveActivityInput>({ id: name })],
  queryActivities: [
    'query',
    optional(
      shape<QueryActivitiesInput>({
        actor_id: optional(userId),
        verb: optional(name),
        limit: optional(whole(1, LIMITS.pageContent)),
        next: optional(name),
      }),
    ),
  ],
};
