import type { UserList } from './users-page-query.js';

/** A list as TypeScript, as a call of curl and as a command. */
export function codeOfList(url: string, list: UserList): Record<string, string> {
  const { filter, sort, deactivated, deleted } = list;
  const options = {
    ...(deactivated && { include_deactivated_users: true }),
    ...(deleted && { include_deleted_users: true }),
  };
  const input = { filter, sort, options };
  const sortText = sort
    .map(({ field, direction }) => `${field}:${direction === 1 ? 'asc' : 'desc'}`)
    .join(',');
  return {
    TypeScript: [
      "import { createServerClient } from '@rollcall/client/server';",
      `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
      `for await (const user of server.queryUsersAll(${literal(filter)}, ${literal(sort)}, ${literal(options)}))`,
      '  console.log(user);',
    ].join('\n'),
    curl: [
      `curl ${url}/trpc/users.query \\`,
      '  -H "authorization: Bearer $ROLLCALL_TOKEN" -H "content-type: application/json" \\',
      `  -d ${quoted(JSON.stringify(input))}`,
    ].join('\n'),
    'Command line': [
      `ROLLCALL_URL=${url} rollcall users query \\`,
      `  --filter ${quoted(JSON.stringify(filter))}${sortText && ` \\\n  --sort ${quoted(sortText)}`}${deactivated ? ' \\\n  --include-deactivated' : ''}`,
      ...(deleted ? ['# The command does not show deleted users.'] : []),
    ].join('\n'),
  };
}

/** A value as JavaScript: names without quotes where they need none. */
export function literal(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).map(([key, inner]) => {
    const name = /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
    return `${name}: ${literal(inner)}`;
  });
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}

/** A word of a shell. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
