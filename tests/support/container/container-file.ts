/** One line of a container file: what it does, and with what. */
interface Instruction {
  name: string;
  /** The rest of the line. Lines that go on after a backslash are one. */
  text: string;
}

/** One part of a container file: it begins from an image. */
export interface Stage {
  /** How later stages call it. */
  name: string | undefined;
  from: string;
  instructions: Instruction[];
}

/** The stages of a container file, in order. The last one is the image. */
export function readContainerFile(file: string): Stage[] {
  const lines = file
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .filter(line => line.trim() !== '');
  const stages: Stage[] = [];
  for (const line of lines) {
    const [, name = '', text = ''] = /^(\S+)\s+(.*)$/.exec(line.trim()) ?? [];
    const [, from = '', called] = name === 'FROM' ? (/^(\S+)(?: AS (\S+))?$/.exec(text) ?? []) : [];
    if (name === 'FROM') stages.push({ name: called, from, instructions: [] });
    else stages.at(-1)?.instructions.push({ name, text });
  }
  return stages;
}

/** What a stage says under a name, in order. */
export function saidOf(stage: Stage, name: string): string[] {
  return stage.instructions.filter(one => one.name === name).map(({ text }) => text);
}

/** The variables that a stage sets. A value may name one that was set before, as `$PATH`. */
export function environmentOf(
  stage: Stage,
  base: Readonly<Record<string, string>> = {},
): Record<string, string> {
  const env: Record<string, string> = { ...base };
  for (const [, name = '', value = ''] of saidOf(stage, 'ENV').flatMap(text => [
    ...text.matchAll(/(\w+)=(\S+)/g),
  ])) {
    env[name] = value.replace(/\$(\w+)/g, (_, other: string) => env[other] ?? '');
  }
  return env;
}
