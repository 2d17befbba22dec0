// What Rollcall says of its settings and grants, for programs that show them to people. It is an entry point of its own, so that
// nobody else downloads the words.
export {
  APP_SETTINGS,
  type AppSettingRule,
  BUILT_IN_ROLES,
  GRANT_MEANINGS,
  GRANTS,
} from '@rollcall/protocol';
