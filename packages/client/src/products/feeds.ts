import type {
  Activity,
  AddActivityInput,
  QueryActivitiesAnswer,
  QueryActivitiesInput,
  RemoveActivityInput,
} from '@rollcall/protocol';
import type { MethodKinds } from './product-methods.js';

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
export const FEEDS_METHODS: MethodKinds<Feeds> = {
  addActivity: 'mutate',
  removeActivity: 'mutate',
  queryActivities: 'query',
};
