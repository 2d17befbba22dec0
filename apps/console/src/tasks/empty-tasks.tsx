import { Button } from '@mantine/core';
import { PageState } from '../frame/page-state.js';

const FIRST_TASK = `const { task_id } = await server.deactivateUsers(['jane', 'john']);
for await (const { status, progress } of server.watchTask(task_id)) console.log(status, progress);`;

/** There are no tasks: either none is like that, or there are none at all. */
export function EmptyTasks({ filtered, onClear }: { filtered: boolean; onClear(): void }) {
  if (filtered) {
    return (
      <PageState title="No task is like that">
        <p>Another state or another type may show some.</p>
        <Button variant="default" onClick={onClear}>
          Show all tasks
        </Button>
      </PageState>
    );
  }
  return (
    <PageState title="There are no tasks">
      <p>
        Work on many users is a task: to deactivate, delete, restore or export them. It goes on when you
        leave, and when the server restarts. Select users and choose an action, or begin one on your back end.
        It appears here at once.
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: Long lines scroll, and keys have to reach them. */}
      <pre tabIndex={0}>{FIRST_TASK}</pre>
      <p>A task that has ended stays here for as many days as the setting task_retention_days says.</p>
    </PageState>
  );
}
