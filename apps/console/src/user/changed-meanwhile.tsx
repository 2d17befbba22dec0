import { Moment } from '../frame/moment.js';
import type { EditConflict } from './use-save-user.js';

/** Says that somebody else has changed what is edited, by whom and when where that is known. */
export function ChangedMeanwhile({ by }: Pick<EditConflict, 'by'>) {
  return (
    <>
      Changed meanwhile
      {by && (
        <>
          {' '}
          by {by.actor}, <Moment at={by.at} />
        </>
      )}
      .
    </>
  );
}
