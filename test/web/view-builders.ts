import type {
  ActView,
  CallbackView,
  DeploymentView,
  HostView,
  InputSpec,
  InstanceView,
  ProductView,
  SystemView,
} from '../../src/web/views.ts';

export const INSTANCE_ID = 'clinica-norte-abcdefghij';
export const ACCESS_URL = `http://127.0.0.1:3001/instances/${INSTANCE_ID}/`;

/** Epoch of the stories told here: a few seconds ago, so that times of day have no date. */
const START = Date.now() - 20_000;

/** The moment `seconds` after the order. */
export function after(seconds: number): string {
  return new Date(START + seconds * 1000).toISOString();
}

export function aProduct(fields: Partial<ProductView> = {}): ProductView {
  return {
    product_id: 'hello',
    name: 'Hello',
    description: 'Una página que saluda.',
    version: '1.0.0',
    inputs: {},
    strategy: 'swap',
    endpoints: [{ name: 'web', service: 'web', port: 8080, primary: true }],
    digest: `sha256:${'ab'.repeat(32)}`,
    enabled: true,
    ...fields,
  };
}

export function anInput(fields: Partial<InputSpec> = {}): InputSpec {
  return { type: 'string', required: false, secret: false, max_length: 1000, env: 'IT', ...fields };
}

export function aDeployment(fields: Partial<DeploymentView> = {}): DeploymentView {
  return {
    deployment_id: 'd-0123456789abcdef0123',
    instance_id: INSTANCE_ID,
    kind: 'deploy',
    release_id: 'r-0123456789abcdef0123',
    product_id: 'hello',
    host_id: 'demo',
    phase: 'accepted',
    reason: null,
    pending: null,
    trigger: 'panel',
    by: 'admin',
    why: '',
    created_at: after(0),
    deadline: after(900),
    build: null,
    queue_id: null,
    seq: null,
    timeline: [{ phase: 'accepted', at: after(0) }],
    stages: [],
    decision: null,
    cancel: null,
    log_tail: null,
    finished_at: null,
    ...fields,
  };
}

const WAY: DeploymentView['timeline'] = [
  { phase: 'accepted', at: after(0) },
  { phase: 'triggering', at: after(0.1) },
  { phase: 'queued', at: after(0.2) },
  { phase: 'claimed', at: after(1.2) },
  { phase: 'deploying', at: after(1.5) },
];

const BUILD = {
  job: 'ark-deploy-instance',
  number: 7,
  url: 'http://127.0.0.1:8080/job/ark-deploy-instance/7/',
};

const STAGES: DeploymentView['stages'] = (['prepare', 'pull', 'start', 'gate'] as const).flatMap(
  (stage, index) => [
    { stage, status: 'started' as const, at: after(1.5 + index) },
    { stage, status: 'done' as const, at: after(2.4 + index) },
  ],
);

/** In the middle: images are being fetched. */
export function aPullingDeployment(): DeploymentView {
  return aDeployment({ phase: 'deploying', timeline: WAY, stages: STAGES.slice(0, 3), build: BUILD });
}

export function aLiveDeployment(fields: Partial<DeploymentView> = {}): DeploymentView {
  const way = [
    { phase: 'verifying', at: after(6) },
    { phase: 'retiring', at: after(7) },
    { phase: 'succeeded', at: after(7.5) },
  ] as const;
  return aDeployment({
    phase: 'succeeded',
    timeline: [...WAY, ...way],
    stages: STAGES,
    build: BUILD,
    decision: { outcome: 'switched', at: after(7), retire: [] },
    finished_at: after(7.5),
    ...fields,
  });
}

export function aFailedDeployment(fields: Partial<DeploymentView> = {}): DeploymentView {
  return aDeployment({
    phase: 'failed',
    reason: { code: 'unhealthy', detail: 'web: exited with code 3' },
    timeline: [...WAY, { phase: 'failed', at: after(9) }],
    stages: STAGES.slice(0, 7),
    build: BUILD,
    finished_at: after(9),
    ...fields,
  });
}

export function anInstance(fields: Partial<InstanceView> = {}): InstanceView {
  return {
    instance_id: INSTANCE_ID,
    product_id: 'hello',
    product_name: 'Hello',
    client_name: 'Clínica Norte',
    environment: 'prod',
    host_id: 'demo',
    status: 'pending',
    phase: null,
    access_url: ACCESS_URL,
    desired: 'present',
    desired_release: null,
    live_release: null,
    live_deployment: null,
    health: { state: 'unknown', at: null, source: null },
    product_version: '1.0.0',
    created_at: after(0),
    created_by: 'admin',
    expires_at: null,
    deleted_at: null,
    active: null,
    waiting: null,
    last_deployment: null,
    ...fields,
  };
}

export function aHostView(fields: Partial<HostView> = {}): HostView {
  return {
    ...{ host_id: 'demo', name: 'Demo', address: '100.64.10.11', ssh_port: 22, ssh_user: 'ark' },
    ...{ host_key_type: 'ssh-ed25519', host_key_fingerprint: 'SHA256:abc', sudo: false, clients: [] },
    ...{ port_min: 20_000, port_max: 29_999, slots: 2, cordoned: false, active: 1, waiting: 0 },
    created_at: after(-3600),
    ...fields,
  };
}

export function aCallback(fields: Partial<CallbackView> = {}): CallbackView {
  return {
    ...{ id: 'c-1', at: after(1), last_at: after(1), times: 1, kind: 'claim', verdict: 'accepted' },
    ...{ job: 'ark-deploy-instance', build_number: 7, key_id: '0c9f7a4b' },
    ...{ instance_id: INSTANCE_ID, deployment_id: 'd-0123456789abcdef0123' },
    ...fields,
  };
}

export function anAct(fields: Partial<ActView> = {}): ActView {
  return {
    ...{ id: 'a-1', at: after(1), by: 'ana', via: 'session', act: 'instances.deployments.create' },
    ...{ instance_id: INSTANCE_ID, why: 'new logo', request_id: 'req-1', outcome: 'ok' },
    ...fields,
  };
}

export function aSystem(fields: Partial<SystemView> = {}): SystemView {
  return {
    frozen: null,
    now: after(20),
    generation: { id: 'g-1', revision: 812, accepted: null, fault: null },
    ready: true,
    dependencies: { redis: { ok: true }, jenkins: { ok: true } },
    versions: { ark: '0.1.0', node: '24.1.0' },
    ...fields,
  };
}
