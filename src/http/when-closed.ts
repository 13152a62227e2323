import type { Response } from 'express';

/** Acts once when the answer is over or its caller gone; at once when that is so already: it is not told again. */
export function whenClosed(response: Response, act: () => void): void {
  if (response.closed) act();
  else response.once('close', act);
}
