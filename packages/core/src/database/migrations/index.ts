import { Directory0001 } from './0001-directory.js';
import { LifeCycle0002 } from './0002-life-cycle.js';
import { Chat0003 } from './0003-chat.js';
import { Video0004 } from './0004-video.js';
import { Feeds0005 } from './0005-feeds.js';
import { Moderation0006 } from './0006-moderation.js';
import { Presence0007 } from './0007-presence.js';
import { Copy0008 } from './0008-copy.js';
import { Usernames0009 } from './0009-usernames.js';
import { Replay0010 } from './0010-replay.js';
import { CallMembers0011 } from './0011-call-members.js';
import { SearchWords0012 } from './0012-search-words.js';
import { Teams0013 } from './0013-teams.js';
import { UserWords0014 } from './0014-user-words.js';
import { TaskLists0015 } from './0015-task-lists.js';
import { UsersByMoreFields0016 } from './0016-users-by-more-fields.js';
import { Webhooks0017 } from './0017-webhooks.js';
import { Idempotency0018 } from './0018-idempotency.js';
import { Timelines0019 } from './0019-timelines.js';
import { ContentInAnswers0020 } from './0020-content-in-answers.js';

/** Every migration, oldest first. Numbered and immutable: a released schema is changed by a new one only. */
export const MIGRATIONS = [
  Directory0001,
  LifeCycle0002,
  Chat0003,
  Video0004,
  Feeds0005,
  Moderation0006,
  Presence0007,
  Copy0008,
  Usernames0009,
  Replay0010,
  CallMembers0011,
  SearchWords0012,
  Teams0013,
  UserWords0014,
  TaskLists0015,
  UsersByMoreFields0016,
  Webhooks0017,
  Idempotency0018,
  Timelines0019,
  ContentInAnswers0020,
];
