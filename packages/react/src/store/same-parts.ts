/** Whether two objects, or two lists, have the same parts. */
export function sameParts(one: object | undefined, other: object): boolean {
  const parts = Object.entries(other);
  return (
    !!one &&
    Object.keys(one).length === parts.length &&
    parts.every(([name, value]) => Object.is((one as Record<string, unknown>)[name], value))
  );
}
