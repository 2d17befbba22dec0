import type { TaskList } from './tasks-query.js';

/** A list of tasks as TypeScript, as a call of curl and as a command. */
export function codeOfTasks(url: string, { status, type }: TaskList): Record<string, string> {
  const which = { ...(status && { status }), ...(type && { type }) };
  const named = Object.entries(which).map(([name, value]) => `${name}: '${value}'`);
  const flags = Object.entries(which).map(([name, value]) => ` --${name} ${value}`);
  return {
    TypeScript: [
      "import { createServerClient } from '@rollcall/client/server';",
      `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
      `const { tasks, next } = await server.listTasks(${named.length > 0 ? `{ ${named.join(', ')} }` : ''});`,
    ].join('\n'),
    curl: [
      `curl ${url}/trpc/tasks.list \\`,
      '  -H "authorization: Bearer $ROLLCALL_TOKEN" -H "content-type: application/json" \\',
      `  -d '${JSON.stringify(which)}'`,
    ].join('\n'),
    'Command line': `ROLLCALL_URL=${url} rollcall tasks list${flags.join('')}`,
  };
}

/** One task, followed until it ends, in the same three ways. */
export function codeOfTask(url: string, id: string): Record<string, string> {
  return {
    TypeScript: [
      "import { createServerClient } from '@rollcall/client/server';",
      `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
      `for await (const { status, progress } of server.watchTask('${id}'))`,
      '  console.log(status, progress);',
    ].join('\n'),
    curl: [
      `curl ${url}/trpc/tasks.get \\`,
      '  -H "authorization: Bearer $ROLLCALL_TOKEN" -H "content-type: application/json" \\',
      `  -d '${JSON.stringify({ task_id: id })}'`,
    ].join('\n'),
    'Command line': `ROLLCALL_URL=${url} rollcall tasks watch ${id}`,
  };
}
