import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join, posix } from 'node:path';
import { promisify } from 'node:util';
import { ROOT } from '../../repo/tracked-files.js';
import { environmentOf, type Stage, saidOf } from './container-file.js';

const run = promisify(execFile);

/** What a base image sets, with the Node of this machine. */
const BASE = {
  PATH: `${dirname(process.execPath)}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`,
  HOME: '/root',
};

/** What installing everything must not compile for minutes; the binaries that are here take its place. */
const DRIVERS = ['sqlite3', 'better-sqlite3'];

/**
 * Carries out the instructions of a container file on this machine, without an engine of containers. The system of the
 * machine stands for the base images: each stage is a layer over it, so that commands run as they are written, at the paths
 * that they name. The layers are seen by no other process and go with this one. It needs root.
 */
export class MachineImage {
  readonly #layers: string;
  readonly #holder: ReturnType<typeof spawn>;
  readonly #stages = new Map<string, string>();
  #last: Stage | undefined;
  #root = '';

  private constructor(layers: string, holder: ReturnType<typeof spawn>) {
    this.#layers = layers;
    this.#holder = holder;
  }

  /**
   * @param folder an empty folder for the layers.
   */
  static async begin(folder: string): Promise<MachineImage> {
    // It ends when this process does, since its input ends then.
    const holder = spawn('unshare', [
      '--mount',
      'sh',
      '-ec',
      'mount -t tmpfs tmpfs "$1" && echo ready && exec cat',
      'sh',
      folder,
    ]);
    const [first] = await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
    if (String(first) !== 'ready\n')
      throw new Error(`no file system of its own could be mounted on ${folder}`);
    return new MachineImage(folder, holder);
  }

  /** Carries out a stage. `context` is the folder that the image is built from, without what is left out. */
  async build(stage: Stage, context: string): Promise<void> {
    const name = stage.name ?? 'image';
    const layer = join(this.#layers, name);
    this.#root = join(layer, 'root');
    this.#last = stage;
    this.#stages.set(name, this.#root);
    await this.#outside(
      `mkdir -p "$1/upper" "$1/work" "$1/root"
       mount -t overlay overlay -o "lowerdir=/,upperdir=$1/upper,workdir=$1/work" "$1/root"
       mount --bind /dev "$1/root/dev"; mount --bind /proc "$1/root/proc"
       mount -t tmpfs -o mode=1777 tmpfs "$1/root/tmp"
       if [ -d "$1/root$2" ]; then mount -t tmpfs tmpfs "$1/root$2"; fi`,
      [layer, ROOT],
    );
    let folder = '/';
    for (const { name: what, text } of stage.instructions) {
      if (what === 'WORKDIR') {
        folder = text;
        await this.#outside('mkdir -p "$1"', [join(this.#root, folder)]);
      }
      if (what === 'COPY') await this.#copy(text, folder, context);
      if (what === 'RUN') await this.#command(text, folder);
    }
  }

  /** All files that the last stage has beyond its base image, by their paths in it. */
  async files(): Promise<string[]> {
    const upper = join(dirname(this.#root), 'upper');
    const { stdout } = await this.#outside('cd "$1" && find . -not -type d -printf "/%P\\n"', [upper]);
    return stdout.split('\n').filter(Boolean);
  }

  /** The text of a file of the last stage. */
  async read(path: string): Promise<string> {
    return (await this.#outside('cat "$1"', [join(this.#root, path)])).stdout;
  }

  /** Where in all stages a text stands. */
  async placesOf(text: string): Promise<string[]> {
    const layers = [...this.#stages.values()].map(root => join(dirname(root), 'upper'));
    const { stdout } = await this.#outside('text=$1; shift; grep -rlF -- "$text" "$@" || test $? = 1', [
      text,
      ...layers,
    ]);
    return stdout.split('\n').filter(Boolean);
  }

  /** Starts a program in the last stage, as whom and where it says. The child is the program itself. */
  start(command: readonly string[], env: Record<string, string> = {}): ReturnType<typeof spawn> {
    const stage = this.#last as Stage;
    const [folder = '/'] = saidOf(stage, 'WORKDIR').slice(-1);
    const [user = '0:0'] = saidOf(stage, 'USER').slice(-1);
    const within = [
      'chroot',
      `--userspec=${user}`,
      '--groups=',
      this.#root,
      '/bin/sh',
      '-c',
      'cd "$1"; shift; exec "$@"',
    ];
    return spawn(
      'nsenter',
      [`--target=${this.#holder.pid}`, '--mount', ...within, 'sh', folder, ...command],
      {
        env: { ...environmentOf(stage, { ...BASE, HOME: '/' }), ...env },
        stdio: ['ignore', 'pipe', 'pipe'],
      },
    );
  }

  async remove(): Promise<void> {
    const ended = once(this.#holder, 'exit');
    this.#holder.stdin?.end();
    await ended;
  }

  async #copy(text: string, folder: string, context: string): Promise<void> {
    const [, stage, places = ''] = /^(?:--from=(\S+) )?(.*)$/.exec(text) ?? [];
    const from = stage === undefined ? context : (this.#stages.get(stage) ?? '');
    const [to = '', ...sources] = places.split(/\s+/).reverse();
    const target = join(this.#root, posix.resolve(folder, to));
    for (const source of sources) {
      // Of a folder, what is in it is copied.
      await this.#outside(
        'mkdir -p "$2" && if [ -d "$1" ]; then cp -a "$1/." "$2/"; else cp -a "$1" "$2/"; fi',
        [join(from, source), target],
      );
    }
  }

  async #command(text: string, folder: string): Promise<void> {
    const settings = Object.entries(process.env).filter(([name]) =>
      /^npm_config_(?!user_agent)|_proxy$|^SSL_CERT/i.test(name),
    );
    const env = {
      ...Object.fromEntries(settings),
      ...BASE,
      npm_config_ignore_scripts: 'true',
      npm_config_prefer_offline: 'true',
      npm_config_audit: 'false',
      TURBO_TELEMETRY_DISABLED: '1',
    };
    const within = `chroot "$1" /bin/sh -ec 'cd "$1"; eval "$2"' sh "$2" "$3"`;
    await this.#outside(within, [this.#root, folder, text], env);
    if (!text.includes('npm ci')) return;
    for (const driver of DRIVERS) {
      const built = `node_modules/${driver}/build`;
      await this.#outside('cp -a "$1" "$2"', [join(ROOT, built), join(this.#root, folder, built)]);
    }
  }

  /** Runs a script as root beside the stages, where their files can be seen. */
  #outside(script: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
    const options = ['--mount', 'sh', '-ec', script, 'sh'];
    return run('nsenter', [`--target=${this.#holder.pid}`, ...options, ...args], { env, maxBuffer: 2 ** 28 });
  }
}
