/**
 * Adds to package-lock.json the binaries for other platforms that a partial registry mirror could not resolve: without
 * their entries `npm ci` refuses the file everywhere. Run it after `npm install` when the lockfile test asks for it.
 *
 *     node tests/repo/complete-lockfile.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FILE = fileURLToPath(new URL('../../package-lock.json', import.meta.url));
const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];
const OTHER_NAMES = { windows: 'win32', 64: 'x64' };

/** Optional dependencies that have no entry: `[name, version, the entry that asks for it]`. */
export function missingEntries(packages) {
  return Object.values(packages).flatMap(asking =>
    Object.entries(asking.optionalDependencies ?? {})
      .filter(([name]) => !packages[`node_modules/${name}`])
      .map(([name, version]) => ({ name, version, asking })),
  );
}

function platformOf(name) {
  const words = name.split(/[/-]/).map(word => OTHER_NAMES[word] ?? word);
  const os = words.find(word => SYSTEMS.includes(word));
  const cpu = words.find(word => PROCESSORS.includes(word));
  if (!os || !cpu) throw new Error(`${name} does not say which platform it is for`);
  return { cpu: [cpu], ...(words.includes('musl') && { libc: ['musl'] }), os: [os] };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const lock = JSON.parse(readFileSync(FILE, 'utf8'));
  for (const { name, version, asking } of missingEntries(lock.packages)) {
    const { cpu, libc, os } = platformOf(name);
    const dev = asking.dev ? { dev: true } : {};
    lock.packages[`node_modules/${name}`] = {
      version,
      cpu,
      ...dev,
      ...(libc && { libc }),
      optional: true,
      os,
    };
    console.log(`added ${name} ${version}`);
  }
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(FILE, `${JSON.stringify(lock, null, 2)}\n`);
}
