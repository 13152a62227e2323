import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { toJobParameters } from '../../src/deployments/job-parameters.ts';
import { BUILD, JOB } from './api-calls.ts';
import { USER } from './coordinator-process.ts';
import type { Order } from './fill.ts';

const JENKINS = { 'x-jenkins': '2.541' };

/** A Jenkins that costs nothing: it shows the running build of one order and knows no other. */
export class JenkinsStandIn {
  readonly #server = createServer((request, response) => {
    const isAsked = request.url?.startsWith(`/job/${JOB}/${String(BUILD)}/api/json`) === true;
    if (!this.order || !isAsked) response.writeHead(404, JENKINS).end();
    else
      response
        .writeHead(200, { ...JENKINS, 'content-type': 'application/json' })
        .end(JSON.stringify(buildOf(this.order)));
  });
  order: Order | undefined;

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${String((this.#server.address() as AddressInfo).port)}`;
  }

  close(): void {
    this.#server.close().closeAllConnections();
  }
}

function buildOf(order: Order): object {
  const sent = toJobParameters({ ...order, deploymentId: order.deployment.id });
  const parameters = Object.entries(sent).map(([name, value]) => ({ name, value }));
  const cause = {
    ...{ _class: 'hudson.model.Cause$UserIdCause', userId: USER },
    shortDescription: `Started by user ${USER}`,
  };
  return {
    ...{ number: BUILD, building: true, result: null, timestamp: order.deployment.created_at },
    actions: [
      { _class: 'hudson.model.ParametersAction', parameters },
      { _class: 'hudson.model.CauseAction', causes: [cause] },
    ],
  };
}
