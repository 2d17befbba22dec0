import type { AppSettings, JsonValue } from '@rollcall/client/server';

/** The sections of the page, in their order, each with a sentence. */
export const SECTIONS = {
  names: { title: 'Names', says: 'What users may be called.' },
  custom: {
    title: 'Custom data',
    says: 'Who sees it, what finds users fast by it, and how much of it there may be.',
  },
  entry: { title: 'Who gets in', says: 'Guests, tenants, and tokens that are refused.' },
  keeping: { title: 'What is kept', says: 'For how long, before it goes for ever.' },
  roles: { title: 'Roles and grants', says: 'What users may do. Back ends may do everything.' },
} as const;

/** A section of the page. */
export type SectionName = keyof typeof SECTIONS;

/** A setting with a value that is edited where it stands. */
export type EditedSetting = Exclude<keyof AppSettings, 'grants' | 'revoke_tokens_issued_before'>;

/** How a setting is shown and edited. */
export interface SettingKind {
  section: SectionName;
  title: string;
  /** The value in words. */
  words(value: JsonValue): string;
  /** The value as it is typed. */
  print(value: JsonValue): string;
  /** What is typed as a value. @throws Error what is wrong with it. */
  read(text: string): JsonValue;
  /** The values that there are, with their words. Without them the value is typed. */
  choices?: readonly { text: string; words: string }[];
  hint?: string;
  /** Saving may erase something. */
  erases?: boolean;
}

const number = new Intl.NumberFormat('en');

/** Every setting that is edited where it stands. */
export const SETTING_KINDS: Record<EditedSetting, SettingKind> = {
  enforce_unique_usernames: {
    section: 'names',
    title: 'Unique names',
    ...choice([
      ['no', 'A name may exist any number of times'],
      ['app', 'A name exists once in the app'],
      ['team', 'A name exists once in each team'],
    ]),
  },
  private_custom_fields: { section: 'custom', title: 'Private fields', ...paths('none') },
  indexed_custom_fields: { section: 'custom', title: 'Indexed fields', ...paths('none') },
  max_custom_bytes: {
    section: 'custom',
    title: 'Size of custom data',
    ...whole(value => `${number.format(value)} bytes`),
    hint: 'A whole number of bytes.',
  },
  guests_enabled: {
    section: 'entry',
    title: 'Guests',
    ...choice([
      [null, 'As the server runs: in development yes, in production no'],
      [true, 'Guests may come in'],
      [false, 'Guests may not come in'],
    ]),
  },
  multi_tenant_enabled: {
    section: 'entry',
    title: 'Several tenants',
    ...choice([
      [false, 'One tenant: users see everybody'],
      [true, 'Several tenants: users see those who share a team with them'],
    ]),
  },
  event_retention_days: { section: 'keeping', title: 'Events', ...days(), erases: true },
  task_retention_days: { section: 'keeping', title: 'Tasks that have ended', ...days(), erases: true },
  purge_deleted_users_days: {
    section: 'keeping',
    title: 'Deleted users',
    words: value =>
      value === null ? 'kept until somebody erases them' : `erased after ${daysOf(value as number)}`,
    print: value => (value === null ? '' : String(value)),
    read: text => (text === '' ? null : wholeNumber(text)),
    hint: 'A whole number of days. Empty: never.',
    erases: true,
  },
};

/** Every setting of a section. */
export function settingsOf(section: SectionName): EditedSetting[] {
  return EDITED_SETTINGS.filter(name => SETTING_KINDS[name].section === section);
}

/** Every setting that is edited where it stands, in the order of the page. */
export const EDITED_SETTINGS = Object.keys(SETTING_KINDS) as EditedSetting[];

type Editing = Pick<SettingKind, 'words' | 'print' | 'read' | 'choices' | 'hint'>;

function choice(values: readonly [JsonValue, string][]): Editing {
  const choices = values.map(([value, words]) => ({ text: JSON.stringify(value), words }));
  return {
    choices,
    words: value =>
      choices.find(({ text }) => text === JSON.stringify(value))?.words ?? JSON.stringify(value),
    print: value => JSON.stringify(value),
    read: text => JSON.parse(text) as JsonValue,
  };
}

function paths(nothing: string): Editing {
  return {
    words: value => (value as string[]).join(', ') || nothing,
    print: value => (value as string[]).join(', '),
    read: text => text.split(/[\s,]+/).filter(Boolean),
    hint: 'Paths into custom data with commas between, such as age, address.city.',
  };
}

function days(): Editing {
  return { ...whole(daysOf), hint: 'A whole number of days.' };
}

function daysOf(value: number): string {
  return value === 1 ? '1 day' : `${number.format(value)} days`;
}

function whole(words: (value: number) => string): Editing {
  return { words: value => words(value as number), print: String, read: wholeNumber };
}

function wholeNumber(text: string): number {
  const digits = text.replaceAll(',', '');
  if (!/^\d+$/.test(digits)) throw new Error(`“${text}” is no whole number.`);
  return Number(digits);
}
