import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A piece of TypeScript that a page shows. */
export interface Snippet {
  page: string;
  /** Of the first line of the code, from 1. */
  line: number;
  code: string;
  /** Whether it is written with JSX. */
  jsx: boolean;
}

/** The pages that show TypeScript, and what their code takes for given: names of the reader's own program. */
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
  'docs/moving-in.md': '',
  'docs/react.md': '',
  'packages/react/README.md': `
    declare const queryClient: import('@rollcall/react/query').QueryClientLike;
    declare function App(): import('react').ReactElement;
    declare function fetchToken(): Promise<string>;
    declare function show(what: unknown): void;`,
};

/** What a page has shown before, and its later snippets go on with. */
const EARLIER: Record<string, string> = {
  client: `declare const client: import('@rollcall/client').Client;`,
  server: `declare const server: import('@rollcall/client/server').ServerClient;`,
  secret: 'declare const secret: string;',
  users: `declare const users: import('@rollcall/client/server').UserAsIs[];`,
};

/** All pieces of a page, in order. */
export async function snippetsOf(page: string): Promise<Snippet[]> {
  const text = await readFile(join(ROOT, page), 'utf8');
  return [...text.matchAll(/^```(tsx?)\n(.*?)^```$/gms)].map(({ index, 1: kind, 2: code = '' }) => ({
    page,
    line: text.slice(0, index).split('\n').length + 1,
    code,
    jsx: kind === 'tsx',
  }));
}

/** A snippet as a module of its own. */
export function moduleOf({ page, code }: Snippet): string {
  const earlier = Object.entries(EARLIER)
    .filter(([name]) => !new RegExp(`\\b(const|let) (${name}\\b|\\{[^}]*\\b${name}\\b[^}]*\\})`).test(code))
    .map(([, declared]) => declared);
  return [code, PAGES[page], ...earlier, 'export {};', ''].join('\n');
}
