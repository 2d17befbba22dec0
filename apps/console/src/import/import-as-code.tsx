import { CodeSamples } from '../frame/code-samples.js';
import { codeOfImport } from './import-code.js';
import type { ImportSearch } from './import-search.js';

/** The import as a command and as a program. */
export function ImportAsCode({ file, how }: { file: File | undefined; how: ImportSearch }) {
  const name = file?.name ?? 'users.csv';
  const isCsv = !/\.(nd)?jsonl?$/i.test(name);
  return <CodeSamples samples={codeOfImport(location.origin, { name, isCsv, how })} />;
}
