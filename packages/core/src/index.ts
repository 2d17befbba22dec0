export { type ExportClaim, exportLink, isExportLink } from './access/export-links.js';
export { grantsOf, teamGrantsOf } from './access/grants-of.js';
export { judge, judgeExpiry } from './access/judge.js';
export { actorOf, type Principal } from './access/principal.js';
export { parseSigningKeys, type SigningKey } from './access/signing-keys.js';
export { belongsTo, type Tenant, tenantOf } from './access/tenancy.js';
export { signToken, verifyToken } from './access/tokens.js';
export type { BlockList } from './blocks/blocks.js';
export { type CopyOptions, type CopyResult, copyInstallation } from './copy/copy-installation.js';
export type { CopyProgress } from './copy/copy-progress.js';
export type { TableCopy } from './copy/copy-table.js';
export { type DatabaseAddress, parseDatabaseUrl } from './database/engine.js';
export { migrateDatabase } from './database/open-database.js';
export { type Directory, type DirectoryOptions, openDirectory } from './directory.js';
export { EventLog, type LogPage } from './events/event-log.js';
export { isUserEvent, LoggedEvent } from './events/logged-event.js';
export type { Moderator } from './moderation/hold-target.js';
export type { BanPage } from './moderation/query-banned.js';
export { PresenceWatch } from './presence/presence-watch.js';
export type { Viewer } from './products/acting-user.js';
export {
  type ColumnTypes,
  type DeletionContext,
  defineTable,
  type ExportPage,
  insertRows,
  type Product,
  type ProductMigration,
  type SweepBatch,
  type SweepContext,
  sql,
  type Table,
  type Transaction,
  type WriteTransaction,
} from './products/author-surface.js';
export type { FlagPage } from './products/chat/flags.js';
export type { ChannelPage, ChannelView } from './products/chat/view-channels.js';
export type { MessagePage, MessageView } from './products/chat/view-messages.js';
export type { ActivityPage } from './products/feeds/query-activities.js';
export { checkOwnProducts } from './products/own-products.js';
export type { CallPage, CallWithMembers } from './products/video/call-page.js';
export { matchesFilter } from './query/match-filter.js';
export { renewLog } from './renew-log.js';
export { Tasks } from './tasks/tasks.js';
export type { Access } from './users/access-loader.js';
export type { Revocation } from './users/revocation.js';
export { toUser } from './users/to-user.js';
export { isTombstone, tombstoneOf } from './users/tombstones.js';
export type { UserRow } from './users/user-table.js';
export { Users } from './users/users.js';
export { type Visibility, visibleUser } from './users/visible-user.js';
