import { RollcallError } from '@rollcall/protocol';

const LIST = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#]*)(.*)$/s;

/** What a URL may ask of a server. All of it says what holds anyway: that the server is the primary. */
const ACCEPTED = new Set(['read-write', 'primary']);

/**
 * The servers that a URL of PostgreSQL names, as one URL for each, in its order: `postgres://user:password@a:5432,b:5432/db`
 * names two. The driver knows no such lists.
 * @throws RollcallError `INPUT_INVALID` for a list with an empty or malformed host, and for a `target_session_attrs` that asks
 * for a standby. The message never repeats the URL.
 */
export function hostUrls(url: string): string[] {
  const [, login = '', list = '', rest = ''] = LIST.exec(url) ?? [];
  const [, wanted] = /[?&]target_session_attrs=([^&#]*)/.exec(rest) ?? [];
  if (wanted !== undefined && !ACCEPTED.has(wanted)) {
    throw refused(
      'target_session_attrs is read-write or primary: every connection is to a server that takes writes',
    );
  }
  const hosts = list.split(',');
  if (hosts.length < 2) return [url];
  const urls = hosts.map(host => `${login}${host}${rest}`);
  const wrong = hosts.findIndex((host, index) => host.trim() === '' || !URL.canParse(urls[index] as string));
  if (wrong >= 0) {
    throw refused(
      `the list of hosts is host:port,host:port, and its entry ${wrong + 1} of ${hosts.length} is neither a host nor a host and a port`,
    );
  }
  return urls;
}

function refused(message: string): RollcallError {
  return new RollcallError('INPUT_INVALID', message, { field: 'ROLLCALL_DATABASE_URL' });
}
