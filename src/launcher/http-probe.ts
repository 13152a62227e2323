const PROBE_TIMEOUT_MS = 2000;

/** True when something answers there, with a status that `isGood` takes: any unless told. */
export async function answersHttp(
  url: string,
  isGood: (status: number) => boolean = () => true,
): Promise<boolean> {
  try {
    const response = await fetch(url, { redirect: 'manual', signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
    await response.body?.cancel();
    return isGood(response.status);
  } catch {
    return false;
  }
}
