import type {
  Activity,
  AddActivityInput,
  QueryActivitiesAnswer,
  QueryActivitiesInput,
  RemoveActivityInput,
} from '@rollcall/protocol';
import type { MethodKinds } from './product-methods.js';

/** Activities. Each answer carries the actors as they are now. */
export interface Feeds {
  /**
   * Adds an activity. With an id of its own it can be repeated: what is stored is the answer.
   * @throws RollcallError `INPUT_INVALID` for an id that is taken.
   */
  addActivity(input: AddActivityInput): Promise<{ activity: Activity }>;

  /** Removes an activity; only its actor can, and back ends. */
  removeActivity(input: RemoveActivityInput): Promise<{ activity: Activity }>;

  /** Finds activities, one page, newest first. */
  queryActivities(input?: QueryActivitiesInput): Promise<QueryActivitiesAnswer>;
}

/** The methods of `Feeds`. */
export const FEEDS_METHODS: MethodKinds<Feeds> = {
  addActivity: 'mutate',
  removeActivity: 'mutate',
  queryActivities: 'query',
};
