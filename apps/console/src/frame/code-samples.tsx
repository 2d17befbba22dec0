import { useState } from 'react';
import classes from './code-samples.module.css';
import { CopyButton } from './copy-button.js';

/** The same in several languages, one at a time. Secrets are named, never shown. */
export function CodeSamples({ samples }: { samples: Record<string, string> }) {
  const names = Object.keys(samples);
  const [shown, setShown] = useState(names[0] ?? '');
  return (
    <div className={classes.samples}>
      <div className={classes.bar}>
        {names.map(name => (
          <button key={name} type="button" aria-pressed={name === shown} onClick={() => setShown(name)}>
            {name}
          </button>
        ))}
        <CopyButton text={samples[shown] ?? ''} />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: Long lines scroll, and keys have to reach them. */}
      <pre className={classes.code} tabIndex={0}>
        {samples[shown]}
      </pre>
    </div>
  );
}
