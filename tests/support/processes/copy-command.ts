import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { until } from '../until.js';

const BIN = fileURLToPath(new URL('../../../apps/cli/bin/rollcall.js', import.meta.url));
const LOOK_MS = 50;

/** Whatever the size of the data, the command gets along with so little. */
const HEAP_MIB = 96;

/** What the command says at its end. */
interface CopySummary {
  finished: boolean;
  rows: number;
  elapsed_ms: number;
  finishing_ms?: number;
  tables: { name: string; rows: number; checksum: string }[];
}

/** `rollcall copy` in a process of its own, as an operator runs it. */
export interface CopyCommand {
  /** Resolves when it says that it is at this stage. */
  stage(stage: 'copying' | 'waiting' | 'finishing'): Promise<void>;
  /** What it has said on standard error so far. */
  progress(): string;
  kill(signal: NodeJS.Signals): void;
  /** How it ended, with the most memory that it ever had. */
  readonly ended: Promise<{ code: number | null; stderr: string; summary?: CopySummary; peakBytes: number }>;
}

/** Starts the command. The target is told by the environment, as is good for a URL with a password. */
export function startCopy(from: string, to: string, args: string[] = []): CopyCommand {
  const env = {
    PATH: process.env.PATH,
    NODE_OPTIONS: `--max-old-space-size=${HEAP_MIB}`,
    ROLLCALL_DATABASE_URL: to,
  };
  const child = spawn(process.execPath, [BIN, 'copy', '--from', from, ...args], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr, peakBytes, over] = ['', '', 0, false];
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const looking = setInterval(() => {
    peakBytes = Math.max(peakBytes, peakOf(child.pid));
  }, LOOK_MS);
  const ended = new Promise<Awaited<CopyCommand['ended']>>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', code => {
      clearInterval(looking);
      over = true;
      const summary = stdout.trim() ? (JSON.parse(stdout) as CopySummary) : undefined;
      resolve({ code, stderr, peakBytes, ...(summary && { summary }) });
    });
  });
  return {
    stage: stage =>
      until(
        `the copy is ${stage}`,
        () => {
          if (stderr.includes(`"stage":"${stage}"`)) return true;
          if (over) throw new Error(`the copy ended before it was ${stage}:\n${stdout}${stderr}`);
          return false;
        },
        240_000,
      ),
    progress: () => stderr,
    kill: signal => child.kill(signal),
    ended,
  };
}

function peakOf(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}
