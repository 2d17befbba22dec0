import { hostUrls } from '../database/postgres-hosts.js';
import { type Finding, risk, wrong } from './finding.js';

/**
 * What can be said of the servers that a URL lists: who of them would be there in need, and whether more than one takes writes.
 * When none does, the error of a connection to the database says so of each.
 */
export async function examineServers(url: string): Promise<Finding[]> {
  const urls = hostUrls(url);
  if (urls.length < 2) return [];
  const { askServer } = await import('../database/primary-pool.js');
  const servers = await Promise.all(
    urls.map(async one => {
      const { host } = new URL(one);
      return askServer(one).then(
        state => ({ host, state, reason: '' }),
        (error: NodeJS.ErrnoException) => ({ host, state: undefined, reason: error.message || error.code }),
      );
    }),
  );
  // One server may have several names.
  const primaries = new Map(
    servers.flatMap(({ host, state }) => (state?.standby === false ? [[state.since, host] as const] : [])),
  );
  if (primaries.size === 0) return [];
  const findings: Finding[] = [];
  if (primaries.size > 1) {
    const names = [...primaries.values()].join(' and ');
    findings.push(
      wrong(
        'servers',
        `${names} in ROLLCALL_DATABASE_URL both take writes, each on its own: an old primary has come back, or a standby was promoted too early. What is written at the one is lost at the other. Stop the one that should not be there now, and make it a standby of the other before it comes back.`,
      ),
    );
  }
  for (const { host, state, reason } of servers) {
    if (!state) {
      findings.push(
        risk(
          'servers',
          `${host} in ROLLCALL_DATABASE_URL cannot be used (${reason}): it takes over nothing. Bring it back as a standby, or take it off the list.`,
        ),
      );
    } else if (state.standby && !state.follows) {
      findings.push(
        risk(
          'servers',
          `the standby ${host} receives nothing from a primary. If it took over, all that was written since it stopped would be lost. Look at its log and its primary_conninfo; if the primary has not kept what it lacks, build it anew.`,
        ),
      );
    }
  }
  return findings;
}
