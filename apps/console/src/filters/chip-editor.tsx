import { Button } from '@mantine/core';
import type { User } from '@rollcall/client/server';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { SuggestInput } from '../frame/suggest-input.js';
import { useClient } from '../session/use-session.js';
import { NativeSelect } from '../theme/text-field.js';
import classes from './chip-editor.module.css';
import { printValue, readValue, ValueProblem } from './chip-value.js';
import type { Chip } from './chips.js';
import { BUILT_IN_FIELDS, kindOfField, OPERATOR_WORDS, OPERATORS, type Operator } from './fields.js';
import { pathsIn, valuesIn } from './seen-values.js';

interface ChipEditorProps {
  /** The condition to edit; undefined for a new one. */
  chip: Chip | undefined;
  users: readonly User[];
  onApply(chip: Chip): void;
}

/** A condition: a field, an operator that the field takes, and a value of its kind. Each offers what makes sense there. */
export function ChipEditor({ chip, users, onApply }: ChipEditorProps) {
  const client = useClient();
  const { data: settings } = useQuery({ queryKey: ['settings'], queryFn: () => client.getAppSettings() });
  const { data: roles } = useQuery({ queryKey: ['roles'], queryFn: () => client.listRoles() });
  const [field, setField] = useState(chip?.field ?? '');
  const [chosen, setChosen] = useState<Operator | undefined>(chip?.operator);
  const [text, setText] = useState(chip ? printValue(chip.field, chip.operator, chip.value) : '');
  const [problem, setProblem] = useState<string>();

  const kind = kindOfField(field);
  const operators = OPERATORS[kind];
  const operator = chosen && operators.includes(chosen) ? chosen : (operators[0] as Operator);
  const indexed = settings?.indexed_custom_fields ?? [];
  const fields = [...new Set([...Object.keys(BUILT_IN_FIELDS), ...indexed, ...pathsIn(users)])];

  const values =
    kind === 'flag' || operator === '$exists'
      ? ['yes', 'no']
      : field === 'role'
        ? (roles?.map(({ name }) => name) ?? [])
        : kind === 'time'
          ? [0, 1, 7, 30, 365].map(daysAgo)
          : valuesIn(users, field);

  function apply() {
    const name = field.trim();
    if (name === '' || /\s/.test(name)) return setProblem('Name a field, such as role or address.city.');
    if (text.trim() === '') return setProblem('Type a value.');
    try {
      onApply({ field: name, operator, value: readValue(name, operator, text) });
    } catch (error) {
      if (!(error instanceof ValueProblem)) throw error;
      setProblem(error.message);
    }
  }

  return (
    <form
      className={classes.form}
      onSubmit={event => {
        event.preventDefault();
        apply();
      }}
    >
      <SuggestInput label="Field" value={field} suggestions={fields} first={!chip} onChange={setField} />
      <NativeSelect
        label="Comparison"
        value={operator}
        data={operators.map(value => ({ value, label: OPERATOR_WORDS[value] }))}
        onChange={event => setChosen(event.target.value as Operator)}
      />
      <SuggestInput
        label={operator === '$in' || operator === '$nin' ? 'Values, with commas between' : 'Value'}
        value={text}
        suggestions={values}
        first={chip !== undefined}
        error={problem}
        onChange={next => {
          setText(next);
          setProblem(undefined);
        }}
      />
      <Button type="submit">Apply</Button>
    </form>
  );
}

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10);
}
