import { Button } from '@mantine/core';
import type { DeleteUsersOptions } from '@rollcall/client/server';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { say } from '../frame/notices.js';
import { useClient } from '../session/use-session.js';
import { NativeSelect, TextInput } from '../theme/text-field.js';
import { countsInWords } from './counts-in-words.js';
import classes from './deletion-form.module.css';

interface DeletionFormProps {
  ids: string[];
  onDone(): void;
  onCancel(): void;
}

type Way = 'hide' | 'prune' | 'erase';

/** The three ways that make sense, each as the server takes it. */
const WAYS: Record<Way, { label: string; verb: string; says: string; options: DeleteUsersOptions }> = {
  hide: {
    label: 'Delete, and keep everything',
    verb: 'Delete',
    says: 'They are hidden with what they wrote. You can restore them.',
    options: { user: 'soft', messages: 'soft', conversations: 'soft', calls: 'soft' },
  },
  prune: {
    label: 'Delete, and remove personal data',
    verb: 'Prune',
    says: 'Id, role and times stay. Names, texts and custom data are gone. You cannot restore them.',
    options: { user: 'pruning', messages: 'pruning', conversations: 'soft', calls: 'soft' },
  },
  erase: {
    label: 'Erase everything',
    verb: 'Erase',
    says: 'Nothing of them stays, also not in the log of events. You cannot undo this.',
    options: { user: 'hard', messages: 'hard', conversations: 'hard', calls: 'hard' },
  },
};

/** Deletes users, after it has said what goes, in numbers. What cannot be undone wants to be typed. */
export function DeletionForm({ ids, onDone, onCancel }: DeletionFormProps) {
  const client = useClient();
  const [way, setWay] = useState<Way>('hide');
  const [typed, setTyped] = useState('');
  const { label, verb, says, options } = WAYS[way];
  const preview = useQuery({
    queryKey: ['deletion', ids, way],
    queryFn: () => client.previewDeleteUsers(ids, options),
    staleTime: 0,
    gcTime: 0,
  });
  const run = useMutation({
    mutationFn: () => client.deleteUsers(ids, options),
    onSuccess: () => {
      say(`${verb}: ${ids.length === 1 ? ids[0] : `${ids.length} users`}. The server works on the rest.`);
      onDone();
    },
  });
  const word = ids.length === 1 ? (ids[0] as string) : `${verb.toLowerCase()} ${ids.length} users`;
  const confirmed = way === 'hide' || typed === word;
  const numbers = preview.data && countsInWords(preview.data);
  const error = preview.error ?? run.error;
  return (
    <form
      className={classes.form}
      aria-label="Delete"
      onSubmit={event => {
        event.preventDefault();
        if (confirmed) run.mutate();
      }}
    >
      <NativeSelect
        label="How"
        value={way}
        data={Object.entries(WAYS).map(([value, one]) => ({ value, label: one.label }))}
        onChange={event => {
          setWay(event.target.value as Way);
          setTyped('');
        }}
      />
      <p>{says}</p>
      {way !== 'hide' && (
        <TextInput
          label={
            <>
              Type <code>{word}</code>
            </>
          }
          value={typed}
          autoComplete="off"
          onChange={event => setTyped(event.target.value)}
        />
      )}
      <div className={classes.foot}>
        <Button type="submit" color="red" title={label} disabled={!confirmed || !numbers || run.isPending}>
          {numbers ? `${verb} ${numbers}` : 'Counting…'}
        </Button>
        <Button variant="default" onClick={onCancel}>
          Cancel
        </Button>
      </div>
      {error && (
        <p role="alert" className={classes.error}>
          {error.message}
        </p>
      )}
    </form>
  );
}
