import { expect, it } from 'vitest';
import { codeOfTask, codeOfTasks } from './tasks-code.js';

it('says a list of tasks in three languages, without the page that is shown', () => {
  const code = codeOfTasks('http://localhost:4600', { status: 'running', type: 'users.act', next: 'abc' });
  expect(code.TypeScript).toContain("server.listTasks({ status: 'running', type: 'users.act' });");
  expect(code.curl).toContain(`-d '{"status":"running","type":"users.act"}'`);
  expect(code['Command line']).toBe(
    'ROLLCALL_URL=http://localhost:4600 rollcall tasks list --status running --type users.act',
  );
  expect(codeOfTasks('http://localhost:4600', {}).TypeScript).toContain('server.listTasks();');
});

it('says one task in three languages', () => {
  const code = codeOfTask('http://localhost:4600', 'an-id');
  expect(code.TypeScript).toContain("server.watchTask('an-id')");
  expect(code.curl).toContain(`-d '{"task_id":"an-id"}'`);
  expect(code['Command line']).toContain('rollcall tasks watch an-id');
});
