import { type SyntheticEvent, useState } from 'react';

interface InPlaceProps {
  label: string;
  value: string;
  onChange(text: string): void;
}

/** A text that is edited where it stands. Enter saves it, and so does going elsewhere. */
export function InPlace({ label, value, onChange }: InPlaceProps) {
  // While nobody types, the field shows what is stored, and changes with it.
  const [typed, setTyped] = useState<string>();
  const save = (event: SyntheticEvent) => {
    event.preventDefault();
    setTyped(undefined);
    if (typed !== undefined && typed !== value) onChange(typed);
  };
  return (
    <form onSubmit={save} onBlur={save}>
      <label>
        {label}
        <input value={typed ?? value} maxLength={255} onChange={event => setTyped(event.target.value)} />
      </label>
    </form>
  );
}
