import type { RequestHandler } from 'express';

const POLICY = [
  "default-src 'self'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Headers that keep our pages to themselves. Panels show foreign pages, which bring their own policy. */
export function securityHeaders({ https }: { readonly https: boolean }): RequestHandler {
  return (request, response, next) => {
    response.set({
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      ...(https ? { 'strict-transport-security': 'max-age=31536000' } : {}),
    });
    if (!request.path.startsWith('/panels/')) {
      response.set({ 'content-security-policy': POLICY, 'x-frame-options': 'DENY' });
    }
    next();
  };
}
