/** The overview as TypeScript and as a call of curl. */
export function codeOfOverview(url: string): Record<string, string> {
  return {
    TypeScript: [
      "import { createServerClient } from '@rollcall/client/server';",
      `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
      'const { users, online, tasks, process: here, warnings } = await server.getOverview();',
      'console.log(users.count, online.count, tasks.running.count, here.calls_per_second);',
      'for (const { message, advice } of warnings) console.warn(message, advice);',
    ].join('\n'),
    curl: `curl ${url}/trpc/overview.get -H "authorization: Bearer $ROLLCALL_TOKEN"`,
  };
}
