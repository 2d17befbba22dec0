export { belongsTo, grantsOf, type Tenant, teamGrantsOf, tenantOf } from './access/access.js';
export { type ExportClaim, exportLink, isExportLink } from './access/export-links.js';
export { judge, judgeExpiry } from './access/judge.js';
export {
  actorOf,
  type Principal,
  parseSigningKeys,
  type SigningKey,
  signToken,
  verifyToken,
} from './access/tokens.js';
export { type BackupHead, readBackupHead, type SealedBackup } from './backup/backup-file.js';
export type { BackupStage } from './backup/backup-sqlite.js';
export { type RestoreOptions, type RestoreStage, restoreBackup } from './backup/restore-backup.js';
export { type BackupOptions, writeBackup } from './backup/write-backup.js';
export type { BlockList } from './blocks/list-blocks.js';
export { type CopyOptions, type CopyResult, copyInstallation } from './copy/copy-installation.js';
export type { CopyProgress } from './copy/copy-pass.js';
export type { TableCopy } from './copy/copy-table.js';
export { type DatabaseAddress, parseDatabaseUrl, parseReadUrls } from './database/database-address.js';
export type {
  DirectoryInstruments,
  DirectoryMeter,
  DirectorySpan,
  DirectoryTrace,
  EndedWrite,
  StepOutcome,
} from './database/instruments.js';
export { hostUrls } from './database/postgres-hosts.js';
export { callerGone, isCallerGone } from './database/query-deadline.js';
export type { CarryOut } from './database/unit-of-work.js';
export { type Directory, type DirectoryOptions, type DirectoryState, openDirectory } from './directory.js';
export type { Examined, ExamineOptions } from './doctor/examine-installation.js';
export {
  type Finding,
  type FindingLevel,
  mostImportantFirst,
  risk,
  sentence,
  wrong,
} from './doctor/finding.js';
export { EventLog, type LogPage } from './events/event-log.js';
export { isUserEvent, LoggedEvent } from './events/logged-event.js';
export { letGoForm, replayedForm, tellsOfContent, touches } from './events/replayed-event.js';
export { examineDirectory } from './examine.js';
export { renewLog } from './maintenance/renew-log.js';
export type { Moderator } from './moderation/change-ban.js';
export type { BanPage } from './moderation/moderation.js';
export { migrateStorage } from './open-storage.js';
export { type DirectoryOverview, OverviewSource } from './overview/overview-source.js';
export { SecondCounts } from './overview/second-counts.js';
export type { StoredState } from './overview/stored-state.js';
export { PresenceWatch } from './presence/presence-watch.js';
export type { FlagPage } from './products/chat/flags.js';
export type { ChannelPage, ChannelView } from './products/chat/query-channels.js';
export type { MessagePage, MessageView } from './products/chat/query-messages.js';
export type { ActivityPage, FeedReader } from './products/feeds/query-activities.js';
export { checkOwnProducts } from './products/own-products.js';
export {
  type CascadeBatch,
  type CascadeContext,
  type ColumnTypes,
  type DeletionContext,
  defineTable,
  type ExportPage,
  insertRows,
  type Product,
  type ProductMigration,
  sql,
  type Table,
  type Transaction,
  type WriteTransaction,
} from './products/public-api.js';
export type { CallPage, CallWithMembers } from './products/video/query-calls.js';
export { isFoundByDefault } from './query/is-found.js';
export { compileMatcher, fieldsOfFilter } from './query/match-filter.js';
export { MatchSubject } from './query/match-subject.js';
export { TermIndex } from './query/term-index.js';
export { Tasks } from './tasks/tasks.js';
export type { Access } from './users/access-loader.js';
export { toUser } from './users/model/to-user.js';
export type { UserRow } from './users/model/user-table.js';
export { type Visibility, visibilityKey, visibleUser } from './users/model/visible-user.js';
export { PresentUsers } from './users/present-users.js';
export type { Revocation } from './users/revocation.js';
export { tombstoneOf } from './users/tombstones.js';
export { type ParsedUserSelection, Users } from './users/users.js';
export type { Viewer } from './users/viewer.js';
export type { WebhookAnswer, WebhookRequest, WebhookSender } from './webhooks/webhook-sender.js';
export { Webhooks } from './webhooks/webhooks.js';
