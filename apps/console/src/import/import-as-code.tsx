import { skipToken, useQuery } from '@tanstack/react-query';
import { CodeSamples } from '../frame/code-samples.js';
import { codeOfImport } from './import-code.js';
import type { ImportSearch } from './import-search.js';
import { mapColumns } from './mapping.js';
import { sampleQuery } from './sample.js';

/** The import as a command and as a program. */
export function ImportAsCode({ file, how }: { file: File | undefined; how: ImportSearch }) {
  const { data: sample } = useQuery(
    file ? sampleQuery(file, how.delimiter) : { queryKey: ['import'], queryFn: skipToken },
  );
  const { map = {} } = how;
  const columns = mapColumns(sample?.names ?? Object.keys(map), map);
  const isCsv = sample?.format.format !== 'ndjson';
  const code = codeOfImport(location.origin, { name: file?.name ?? 'users.csv', isCsv, how, columns });
  return <CodeSamples samples={code} />;
}
