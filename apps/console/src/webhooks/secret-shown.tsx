import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { CopyButton } from '../frame/copy-button.js';
import classes from './webhook-form.module.css';

interface SecretShownProps {
  secret: string;
  onDone(): void;
  /** What else there is to say. */
  children?: ReactNode;
}

/** The secret of a webhook, which is shown this once. Nothing keeps it: neither the address, nor the tab. */
export function SecretShown({ secret, onDone, children }: SecretShownProps) {
  return (
    <div className={classes.form}>
      <p>
        This is its secret. It is shown this once: give it to the receiver now, which checks by it that
        requests come from here. Anybody who has it can sign as Rollcall does.
      </p>
      <div className={classes.secret}>
        <code>{secret}</code>
        <CopyButton text={secret} label="Copy the secret" />
      </div>
      {children}
      <div className={classes.foot}>
        <Button autoFocus onClick={onDone}>
          I have kept it
        </Button>
      </div>
    </div>
  );
}
