/** Moves the focus through the links of a list, to the first one where none has it. */
export function stepFocus(links: string, step: 1 | -1): void {
  const all = [...document.querySelectorAll<HTMLElement>(links)];
  const at = all.indexOf(document.activeElement as HTMLElement);
  all[at === -1 ? 0 : Math.max(0, Math.min(all.length - 1, at + step))]?.focus();
}
