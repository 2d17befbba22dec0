import { CodeSamples } from '../frame/code-samples.js';
import { literal, quoted } from '../frame/code-words.js';
import type { AnyAction } from './action-draft.js';
import type { ActionTarget } from './action-target.js';

interface ActionAsCodeProps {
  target: ActionTarget;
  action: AnyAction;
  count: number | undefined;
}

/** The action as a program and as a command. */
export function ActionAsCode({ target: { filter, options }, action, count = 0 }: ActionAsCodeProps) {
  const url = location.origin;
  const program = [
    "import { createServerClient } from '@rollcall/client/server';",
    `const server = createServerClient({ url: '${url}', secret: process.env.ROLLCALL_SECRET });`,
    `const filter = ${literal(filter)};`,
    `const action = ${literal(action)};`,
    `const options = ${literal(options)};`,
    'const { count, sample } = await server.previewActOnUsers(filter, action, options);',
    '// If that is the number that you mean:',
    'const { task_id } = await server.actOnUsers(filter, action, { ...options, expected: { count } });',
    'console.log(await server.waitForTask(task_id));',
  ].join('\n');
  const command = [
    `ROLLCALL_URL=${url} rollcall users act ${quoted(JSON.stringify(action))} \\`,
    `  --filter ${quoted(JSON.stringify(filter))} \\`,
    ...(options.include_deactivated_users ? ['  --include-deactivated \\'] : []),
    `  --expect ${count} --wait`,
    ...(options.include_deleted_users ? ['# The command leaves deleted users out.'] : []),
  ].join('\n');
  return <CodeSamples samples={{ TypeScript: program, 'Command line': command }} />;
}
