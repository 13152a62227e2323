let skewMs = 0;

/** Remembers how far the visitor's clock is from the server's; the header has whole seconds. */
export function noteServerTime(dateHeader: string | null): void {
  const serverAt = Date.parse(dateHeader ?? '');
  if (Number.isNaN(serverAt)) return;
  const difference = serverAt - Date.now();
  skewMs = Math.abs(difference) < 2000 ? 0 : difference;
}

/** Epoch milliseconds by the server's clock: elapsed times are true on a machine whose clock is not. */
export function serverNow(): number {
  return Date.now() + skewMs;
}
