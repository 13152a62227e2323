import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** What this program counts. Labels are patterns and codes, never ids or raw paths: their number is bounded. */
export interface Metrics {
  /** One API request by route pattern (`/api/instances/:id`), method and status. */
  httpRequest(labels: { method: string; route: string; status: number }, seconds: number): void;
  /** One proxied exchange at its end; `code` is the status, or our own error code (then without a duration). */
  proxied(code: string, seconds?: number): void;
  /** One callback by kind (claim, ready…) and verdict (ok, repeated, or an error code). */
  callback(kind: string, verdict: string): void;
  /** One deployment that ended, by its terminal phase, with the time since its order. */
  deploymentEnded(phase: string, seconds: number): void;
  /** One call to the build server by what it was to do, and its outcome: the status, or `no_answer`. */
  buildServerCall(call: string, outcome: string, seconds: number): void;
  /** Highest route revision that this process has applied. */
  routeRevision(revision: number): void;
  /** Whether this process has a connection to Redis. */
  redisUp(up: boolean): void;
  /** Everything in the text format of Prometheus, with its content type. */
  expose(): Promise<{ contentType: string; text: string }>;
}

/** Counts for real, in a registry of its own. */
export function createMetrics(): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const [served, worked] = [servedMeters(registry), workMeters(registry)];
  return {
    httpRequest: ({ method, route, status }, seconds) => {
      served.httpSeconds.observe({ method, route, status: String(status) }, seconds);
    },
    proxied: (code, seconds) => {
      served.proxied.inc({ code });
      if (seconds !== undefined) served.proxiedSeconds.observe(seconds);
    },
    callback: (kind, verdict) => {
      worked.callbacks.inc({ kind, verdict });
    },
    deploymentEnded: (phase, seconds) => {
      worked.deploymentSeconds.observe({ phase }, seconds);
    },
    buildServerCall: (call, outcome, seconds) => {
      worked.callSeconds.observe({ call, outcome }, seconds);
    },
    routeRevision: (value) => {
      served.revision.set(value);
    },
    redisUp: (up) => {
      served.redisUp.set(up ? 1 : 0);
    },
    expose: async () => ({ contentType: registry.contentType, text: await registry.metrics() }),
  };
}

function servedMeters(registry: Registry) {
  const registers = [registry];
  return {
    httpSeconds: new Histogram({
      name: 'ark_http_request_seconds',
      help: 'API requests by method, route pattern and status',
      labelNames: ['method', 'route', 'status'],
      buckets: QUICK,
      registers,
    }),
    proxied: new Counter({
      name: 'ark_proxied_exchanges_total',
      help: 'Proxied exchanges by status or error code',
      labelNames: ['code'],
      registers,
    }),
    proxiedSeconds: new Histogram({
      name: 'ark_proxied_exchange_seconds',
      help: 'Duration of proxied exchanges, WebSockets included',
      buckets: QUICK,
      registers,
    }),
    revision: new Gauge({ name: 'ark_route_revision', help: 'Highest applied route revision', registers }),
    redisUp: new Gauge({ name: 'ark_redis_up', help: '1 while Redis is connected', registers }),
  };
}

function workMeters(registry: Registry) {
  const registers = [registry];
  return {
    callbacks: new Counter({
      name: 'ark_callbacks_total',
      help: 'Callbacks by kind and verdict',
      labelNames: ['kind', 'verdict'],
      registers,
    }),
    deploymentSeconds: new Histogram({
      name: 'ark_deployment_seconds',
      help: 'Deployments from order to end, by the phase they ended in',
      labelNames: ['phase'],
      buckets: [1, 2, 5, 10, 20, 30, 60, 120, 300, 900],
      registers,
    }),
    callSeconds: new Histogram({
      name: 'ark_build_server_call_seconds',
      help: 'Calls to Jenkins by what they were to do, and status or no_answer',
      labelNames: ['call', 'outcome'],
      buckets: QUICK,
      registers,
    }),
  };
}

const QUICK = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30];

const nothing = (): void => undefined;

/** Counts nothing: for tests. */
export const noMetrics: Metrics = {
  httpRequest: nothing,
  proxied: nothing,
  callback: nothing,
  deploymentEnded: nothing,
  buildServerCall: nothing,
  routeRevision: nothing,
  redisUp: nothing,
  expose: async () => Promise.resolve({ contentType: 'text/plain', text: '' }),
};
