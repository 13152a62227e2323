import type { ErrorRequestHandler, RequestHandler, Router } from 'express';
import { AppError, toAppError } from '../platform/errors.ts';
import { InjectedFault } from '../platform/faults.ts';
import type { Logger } from '../platform/logger.ts';
import { hasBody } from './body.ts';
import { signProblem } from './callback-gate.ts';
import { sendProblem, toProblem } from './problem-response.ts';
import { currentRequestId, noteRequest } from './request-context.ts';
import { methodsFor } from './route-methods.ts';

/** Comes after all routes: `not_found`, or `method_not_allowed` with the methods that would do. */
export function refuseUnknown(routers: readonly Router[]): RequestHandler {
  return (request) => {
    const allow = methodsFor(routers, request.path);
    if (allow.length === 0) throw new AppError('not_found', 'There is nothing at this address');
    throw new AppError('method_not_allowed', `This address takes ${allow.join(', ')}`, {
      details: { allow },
    });
  };
}

/** Turns whatever was thrown into a problem, signed for callbacks, and logs what we did not foresee. */
export function handleErrors(log: Logger): ErrorRequestHandler {
  // Express tells error handlers by their four parameters.
  // eslint-disable-next-line max-params
  return (thrown: unknown, request, response, _next) => {
    if (thrown instanceof InjectedFault && thrown.kind === 'drop') {
      request.socket.destroy();
      return;
    }
    const error = isBadAddress(thrown)
      ? new AppError('malformed_request', 'The address has a bad escape')
      : toAppError(thrown);
    noteRequest({ errorCode: error.code });
    if (error.code === 'internal') log.error('request failed', { error: error.cause ?? error });
    else if (error.cause !== undefined)
      log.warn('request refused', { errorCode: error.code, error: error.cause });
    const problem = toProblem(error, currentRequestId() ?? '');
    // Whoever goes on sending a body that we do not read would wait: the connection ends with the answer.
    if (hasBody(request) && !request.complete) response.setHeader('connection', 'close');
    sendProblem(response, signProblem(request, problem, error.code));
  };
}

/** The router's own error for `%zz` in a path. */
function isBadAddress(thrown: unknown): boolean {
  return thrown instanceof URIError;
}
