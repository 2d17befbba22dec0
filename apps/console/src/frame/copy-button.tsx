import { useState } from 'react';
import classes from './copy-button.module.css';

const SAYS_SO_MS = 1_500;

/** Copies a text, and says that it did. Without words of its own it says Copy. */
export function CopyButton({ text, children, label }: { text: string; children?: string; label?: string }) {
  const [said, setSaid] = useState<string>();
  async function copy() {
    try {
      await navigator.clipboard.writeText(text);
      setSaid('Copied');
    } catch {
      // Browsers have no clipboard for pages that came over plain http.
      setSaid('Press Ctrl C');
    }
    setTimeout(() => setSaid(undefined), SAYS_SO_MS);
  }
  return (
    <button type="button" className={classes.copy} aria-label={label} title={label ?? 'Copy'} onClick={copy}>
      {said ?? children ?? 'Copy'}
    </button>
  );
}
