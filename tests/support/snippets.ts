import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A piece of a program that a page shows. */
export interface Snippet {
  page: string;
  /** Of the first line of the code, from 1. */
  line: number;
  code: string;
  /** Whether it is written with JSX. */
  jsx: boolean;
}

/**
 * The pages that show TypeScript, and what their code takes for given: names of the reader's own program, one a line. A
 * snippet that declares a name itself does without.
 */
export const PAGES: Record<string, string> = {
  'README.md': `
    declare const people: import('@rollcall/client/server').UpsertUserInput[];
    declare const lastEventId: string | undefined;
    declare function save(id: string | undefined): void;
    declare function render(user: { id: string }): void;
    declare function fetchTokenFromYourBackEnd(): Promise<string>;`,
  'packages/client/README.md': `
    declare const lastEventId: string | undefined;
    declare const pushToken: string;
    declare function fetchToken(): Promise<string>;
    declare function readEverythingAgain(): Promise<void>;
    declare function usersFromAnywhere(): AsyncIterable<import('@rollcall/client/server').UpsertUserInput>;
    declare function handle(event: { type: string }): Promise<void>;`,
  'docs/contract/writing-users.md': `
    declare function usersOfTheOtherSystem(): AsyncIterable<import('@rollcall/client/server').UpsertUserInput>;`,
  'docs/guides/agents.md': '',
  'docs/guides/delete-a-person.md': '',
  'docs/guides/listen-and-resume.md': `
    declare function load(): Promise<string | undefined>;
    declare function store(change: { user: { id: string }; gone: boolean; position: string }): Promise<void>;
    declare function show(user: { id: string }): void;
    declare function hide(id: string): void;`,
  'docs/guides/move-from-a-hosted-service.md': '',
  'docs/guides/onboard-lazily.md': `
    declare function fetchToken(): Promise<string>;`,
  'docs/guides/private-fields.md': '',
  'docs/guides/react.md': `
    declare const RollcallProvider: typeof import('@rollcall/react').RollcallProvider;
    declare function People(): import('react').ReactElement;
    declare function fetchToken(): Promise<string>;`,
  'docs/guides/stay-in-sync.md': '',
  'docs/guides/sync-in-bulk.md': `
    declare function people(path: string): AsyncIterable<{ id: string; name: string; source: string }>;`,
  'docs/guides/unique-names.md': `
    declare function show(text: string): void;`,
  'docs/guides/write-a-product.md': '',
  'docs/contract/life-cycle.md': `
    declare function somebodyConfirms(count: number, sample: { id: string }[]): Promise<boolean>;`,
  'docs/moving-in.md': '',
  'packages/react/README.md': `
    declare const queryClient: import('@rollcall/react/query').QueryClientLike;
    declare function App(): import('react').ReactElement;
    declare function fetchToken(): Promise<string>;
    declare function show(what: unknown): void;`,
};

/** What a page has shown before, and its later snippets go on with. */
const EARLIER = `
  declare const client: import('@rollcall/client').Client;
  declare const server: import('@rollcall/client/server').ServerClient;
  declare const secret: string;
  declare const modes: { user: 'hard'; messages: 'hard'; conversations: 'hard'; calls: 'hard' };
  declare const users: import('@rollcall/client/server').UserAsIs[];`;

/** All pieces of a page in a language, in order. */
export async function snippetsOf(page: string, language: 'ts' | 'js' | 'sh' = 'ts'): Promise<Snippet[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  const fence = language === 'ts' ? 'tsx?' : language;
  return [...text.matchAll(new RegExp(`^\`\`\`(${fence})\\n(.*?)^\`\`\`$`, 'gms'))].map(
    ({ index, 1: kind, 2: code = '' }) => ({
      page,
      line: text.slice(0, index).split('\n').length + 1,
      code,
      jsx: kind === 'tsx',
    }),
  );
}

/** A snippet as a module of its own, with a declaration of each name that it takes for given. */
export function moduleOf({ page, code }: Snippet): string {
  const given = `${PAGES[page]}\n${EARLIER}`.split('\n').filter(line => {
    const [, name] = /^ *declare (?:const|function) (\w+)/.exec(line) ?? [];
    const own = `\\b(?:(?:const|let) (?:${name}\\b|\\{[^}]*\\b${name}\\b[^}]*\\})|function\\*? ${name}\\b|import \\{[^}]*\\b${name}\\b)`;
    return name !== undefined && !new RegExp(own).test(code);
  });
  return [code, ...given, 'export {};', ''].join('\n');
}
