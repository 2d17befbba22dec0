import {
  type ActionPreview,
  type ActOnUsersOptions,
  type BanOptions,
  type ExpectedUsers,
  type Filter,
  isThenable,
  type JsonObject,
  LIMITS,
  type PartialUserUpdate,
  refuseUndefinedOperands,
  type TimeInput,
  USER_ACTION_TYPES,
  type User,
  type UserAction,
  type UserActionType,
} from '@rollcall/protocol';
import { type ArgumentsOf, checked } from '../check/checked-methods.js';
import { jsonObject } from '../check/json-kind.js';
import { type AnyKind, isRecord, type Kind, optional, within, wrong } from '../check/kind.js';
import { flag, list, oneOf, orNull, text, time, userId, whole } from '../check/kinds.js';
import { type ShapeOf, shape } from '../check/shape.js';
import { answerOf } from '../to-rollcall-error.js';
import type { Api } from '../transport/transport.js';
import { DELETION_ROWS, type DeleteOption } from './life-cycle.js';
import { BAN_ROWS } from './moderation.js';
import { FOUND_USERS_ROWS, GIVEN_FILTER } from './user-kinds.js';

/** Something that is done to each of many users; a `set` is typed like `partialUpdateUser`. */
export type ActionOf<Custom extends object> =
  | Exclude<UserAction, { type: 'set' }>
  | ({ type: 'set' } & Pick<PartialUserUpdate<Custom>, 'set' | 'unset'>);

/** What an action would concern. */
export interface ActionPreviewOf<Custom extends object> extends Omit<ActionPreview, 'sample'> {
  /** The newest of the users, at most ten. */
  sample: User<Custom>[];
}

/** How a back end does one thing to all users that match a filter. */
export interface UserActions<Custom extends object = JsonObject> {
  /**
   * Does one thing to all users who match a filter, as a task. It acts on those who match now, and still do when it is their
   * turn: never on anybody else. Pass as `expected` the count that somebody saw and confirmed. If another number of users
   * matches now, nothing happens.
   * @throws RollcallError `REVISION_CONFLICT` when the number has moved; the message has both numbers. `INPUT_INVALID`, also
   * for more than 1,000,000 users, or 100,000 of an export. What the call for a single user throws about others than the user.
   */
  actOnUsers<Known extends object = Custom>(
    filter: Filter<Known>,
    action: ActionOf<Known>,
    options: ActOnUsersOptions,
  ): Promise<{ task_id: string }>;

  /** Counts the users on whom `actOnUsers` would act, and shows some of them. It changes nothing. */
  previewActOnUsers<Known extends object = Custom>(
    filter: Filter<Known>,
    action: ActionOf<Known>,
    options?: ActOnUsersOptions,
  ): Promise<ActionPreviewOf<Custom>>;
}

const TYPE = oneOf(USER_ACTION_TYPES);

/** An action of one type, as far as the client knows it: which parts go together is the server's to say. */
type Part<Parts extends object> = { type: UserActionType } & Parts;

const ACTION_KINDS: Record<UserActionType, AnyKind> = {
  deactivate: shape<Part<{ mark_messages_deleted?: boolean }>>({
    type: TYPE,
    mark_messages_deleted: optional(flag),
  }),
  reactivate: shape<Part<{ restore_messages?: boolean }>>({ type: TYPE, restore_messages: optional(flag) }),
  delete: shape<Part<DeleteOption>>({ type: TYPE, ...DELETION_ROWS }),
  ban: shape<Part<BanOptions & { shadow?: boolean }>>({ type: TYPE, ...BAN_ROWS, shadow: optional(flag) }),
  unban: shape<Part<{ shadow?: boolean }>>({ type: TYPE, shadow: optional(flag) }),
  set: shape<Part<Pick<PartialUserUpdate, 'set' | 'unset'>>>({
    type: TYPE,
    set: optional(jsonObject),
    unset: optional(list(text)),
  }),
  export: shape<Part<object>>({ type: TYPE }),
  revoke_tokens: shape<Part<{ before?: TimeInput | null }>>({ type: TYPE, before: optional(orNull(time)) }),
};

const ACTION_ACCEPTS = 'an object { type, … } that says what to do, such as { type: "deactivate" }';

/** An action: its type says what else it may hold. */
const ACTION: Kind<never> = {
  accepts: ACTION_ACCEPTS,
  named: true,
  problem(value, path) {
    if (!isRecord(value) || isThenable(value)) return wrong(path, ACTION_ACCEPTS, value);
    const problem = TYPE.problem(value.type, within(path, 'type'));
    return problem ?? ACTION_KINDS[value.type as UserActionType].problem(value, path);
  },
};

const OPTIONS: ShapeOf<ActOnUsersOptions> = {
  ...FOUND_USERS_ROWS,
  expected: optional(shape<ExpectedUsers>({ count: whole(0), more: optional(flag) })),
  max: optional(whole(0, LIMITS.actionUsers)),
  created_by_id: optional(userId),
};

/** What the methods of `UserActions` take. */
const ARGUMENTS: ArgumentsOf<UserActions> = {
  actOnUsers: [
    ['filter', GIVEN_FILTER],
    ['action', ACTION],
    ['options', shape<ActOnUsersOptions>(OPTIONS)],
  ],
  previewActOnUsers: [
    ['filter', GIVEN_FILTER],
    ['action', ACTION],
    ['options', optional(shape<ActOnUsersOptions>(OPTIONS))],
  ],
};

/** The methods of `UserActions`. */
export function userActionMethods<Custom extends object>({ users }: Api): UserActions<Custom> {
  // The types of custom data end here: on the wire it is any JSON.
  const asked = (filter: object, action: object, options: ActOnUsersOptions | undefined) => {
    refuseUndefinedOperands(filter);
    return { filter: filter as Filter, action: action as UserAction, ...(options && { options }) };
  };
  const methods: UserActions<Custom> = {
    actOnUsers: async (filter, action, options) => answerOf(users.act.mutate(asked(filter, action, options))),
    previewActOnUsers: async (filter, action, options) =>
      (await answerOf(users.previewAct.query(asked(filter, action, options)))) as ActionPreviewOf<Custom>,
  };
  return checked(methods, ARGUMENTS);
}
