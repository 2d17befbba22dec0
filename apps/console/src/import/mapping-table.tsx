import { NativeSelect, TextInput } from '../theme/text-field.js';
import { AS_IS_FIELDS, CELL_KINDS, type CellKind, IMPORT_FIELDS, isImportField } from './import-fields.js';
import { kindOf, type MappedColumn, type Mapping, mapColumns, type Target } from './mapping.js';
import classes from './mapping-table.module.css';
import { firstValues, type Sample } from './sample.js';

interface MappingTableProps {
  sample: Sample;
  mapping: Mapping;
  columns: readonly MappedColumn[];
  disabled: boolean;
  onChange(mapping: Mapping | undefined): void;
}

const CUSTOM = 'custom.';

const fields = Object.keys(IMPORT_FIELDS).filter(isImportField);
const TARGETS = [
  { value: '', label: 'leave out' },
  { value: CUSTOM, label: 'custom data, under…' },
  { group: 'Fields', items: fields.filter(field => !AS_IS_FIELDS.includes(field)) },
  { group: 'Fields of users as they were', items: [...AS_IS_FIELDS] },
];
const KINDS = Object.entries(CELL_KINDS).map(([value, label]) => ({ value, label }));

/** What a file calls things, and where each of them goes. What is suggested is not kept; what somebody says is. */
export function MappingTable({ sample, mapping, columns, disabled, onChange }: MappingTableProps) {
  const isCsv = sample.format.format === 'csv';
  const say = (name: string, target: Target) => {
    const { [name]: _before, ...others } = mapping;
    const next = { ...others, [name]: target };
    const suggested = mapColumns(sample.names, others).find(column => column.name === name);
    const same = suggested?.to === target.to && kindOf(suggested) === kindOf(target);
    const said = same ? others : next;
    onChange(Object.keys(said).length > 0 ? said : undefined);
  };
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">In the file</th>
          <th scope="col">First values</th>
          <th scope="col">Goes to</th>
          {isCsv && <th scope="col">Read as</th>}
        </tr>
      </thead>
      <tbody>
        {columns.map((column, index) => {
          const { name, to } = column;
          const custom = to.startsWith(CUSTOM);
          const as = kindOf(column);
          return (
            // biome-ignore lint/suspicious/noArrayIndexKey: A file can have the same name twice.
            <tr key={`${name} ${index}`} data-out={to === ''}>
              <th scope="row">{name || '(no name)'}</th>
              <td className={classes.values}>{firstValues(sample, name).join(' · ')}</td>
              <td>
                <div className={classes.target}>
                  <NativeSelect
                    aria-label={`Where ${name} goes`}
                    disabled={disabled}
                    value={custom ? CUSTOM : to}
                    data={TARGETS}
                    onChange={event => {
                      const { value } = event.target;
                      say(name, { to: value === CUSTOM ? customTarget(name) : value });
                    }}
                  />
                  {custom && (
                    <TextInput
                      aria-label={`Path of ${name} in custom data`}
                      disabled={disabled}
                      value={to.slice(CUSTOM.length)}
                      autoComplete="off"
                      spellCheck={false}
                      onChange={event =>
                        say(name, {
                          ...(column.as && { as: column.as }),
                          to: CUSTOM + event.target.value.trim(),
                        })
                      }
                    />
                  )}
                </div>
              </td>
              {isCsv && (
                <td>
                  {custom ? (
                    <NativeSelect
                      aria-label={`How ${name} is read`}
                      disabled={disabled}
                      value={as}
                      data={KINDS}
                      onChange={event => say(name, { to, as: event.target.value as CellKind })}
                    />
                  ) : (
                    to !== '' && <span className={classes.kind}>{CELL_KINDS[as]}</span>
                  )}
                </td>
              )}
            </tr>
          );
        })}
      </tbody>
    </table>
  );
}

/** Where custom data of a name goes by itself. */
function customTarget(name: string): string {
  const [column] = mapColumns([name], {});
  return column?.to.startsWith(CUSTOM) ? column.to : CUSTOM + name.replace(/^custom\./, '');
}
