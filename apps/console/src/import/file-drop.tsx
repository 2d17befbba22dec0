import { type RefObject, useState } from 'react';
import classes from './file-drop.module.css';

interface FileDropProps {
  input: RefObject<HTMLInputElement | null>;
  onFile(file: File): void;
}

/** Where a file is dropped, or chosen. */
export function FileDrop({ input, onFile }: FileDropProps) {
  const [over, setOver] = useState(false);
  return (
    <label
      className={classes.drop}
      data-over={over}
      onDragOver={event => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer.files;
        if (file) onFile(file);
      }}
    >
      <strong>Drop a file here, or choose one</strong>
      <span>NDJSON, with one JSON object a line, or CSV, whose first line names the columns.</span>
      <span>The file is read in this browser, piece by piece. It may be of any size.</span>
      <input
        ref={input}
        type="file"
        aria-label="Choose a file"
        accept=".ndjson,.jsonl,.json,.csv,.tsv,.txt"
        onChange={event => {
          const [file] = event.target.files ?? [];
          // The same file can be chosen again when it was mended.
          event.target.value = '';
          if (file) onFile(file);
        }}
      />
    </label>
  );
}
