import { IconCode } from '@tabler/icons-react';
import { lazy, Suspense } from 'react';
import { Popover } from './popover.js';

const CodeSamples = lazy(() =>
  import('./code-samples.js').then(({ CodeSamples }) => ({ default: CodeSamples })),
);

/** The button that shows a view as code. The code is made when it is opened. */
export function CodePopover({ samples }: { samples(): Record<string, string> }) {
  return (
    <Popover
      button={<IconCode size={16} aria-hidden />}
      buttonLabel="This view as code"
      label="This view as code"
    >
      {() => (
        <Suspense fallback="…">
          <CodeSamples samples={samples()} />
        </Suspense>
      )}
    </Popover>
  );
}
