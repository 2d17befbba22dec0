/** How bad a finding is. What is `wrong` fails somebody already; a `risk` will, or may. */
export type FindingLevel = 'wrong' | 'risk';

/** Something about an installation that somebody should know. */
export interface Finding {
  readonly level: FindingLevel;
  /** What it is about, for a program. */
  readonly check: string;
  /** What is so, what comes of it, and what to do. */
  readonly message: string;
}

/** Findings in the order in which they should be looked at: what is wrong first, and in the order of looking otherwise. */
export function mostImportantFirst(findings: readonly Finding[]): Finding[] {
  const order: readonly FindingLevel[] = ['wrong', 'risk'];
  return order.flatMap(level => findings.filter(finding => finding.level === level));
}

export const wrong = (check: string, message: string): Finding => ({ level: 'wrong', check, message });
export const risk = (check: string, message: string): Finding => ({ level: 'risk', check, message });

/** The message of an error as a finding says it, with its full stop. */
export function sentence(message: string): string {
  return /[.?!]$/.test(message) ? message : `${message}.`;
}

/** Some minutes, hours or days, as a person says it. */
export function saidSpan(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

/** A size, as a person says it. */
export function saidSize(bytes: number): string {
  return `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MiB`;
}
