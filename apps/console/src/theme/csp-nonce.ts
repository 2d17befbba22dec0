/** The nonce that the server gave this page for the styles that are made at run time; undefined where it gave none. */
export function cspNonce(): string | undefined {
  return document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.nonce || undefined;
}
