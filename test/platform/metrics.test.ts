import { expect, test } from '@jest/globals';
import { createMetrics } from '../../src/platform/metrics.ts';

test('what was counted is exposed with its labels', async () => {
  const metrics = createMetrics();

  metrics.httpRequest({ method: 'GET', route: '/api/instances/:id', status: 200 }, 0.02);
  metrics.proxied('target_refused');
  metrics.proxied('200', 2);
  metrics.callback('ready', 'ok');
  metrics.deploymentEnded('succeeded', 12);
  metrics.buildServerCall('trigger a build', '201', 0.1);
  metrics.routeRevision(812);
  metrics.redisUp(true);

  const { contentType, text } = await metrics.expose();
  expect(contentType).toContain('text/plain');
  expect(text).toContain(
    'ark_http_request_seconds_count{method="GET",route="/api/instances/:id",status="200"} 1',
  );
  expect(text).toContain('ark_proxied_exchanges_total{code="target_refused"} 1');
  expect(text).toContain('ark_proxied_exchange_seconds_sum 2');
  expect(text).toContain('ark_callbacks_total{kind="ready",verdict="ok"} 1');
  expect(text).toContain('ark_deployment_seconds_sum{phase="succeeded"} 12');
  expect(text).toContain('ark_build_server_call_seconds_count{call="trigger a build",outcome="201"} 1');
  expect(text).toContain('ark_route_revision 812');
  expect(text).toContain('ark_redis_up 1');
});

test('two of them count apart', async () => {
  const [one, other] = [createMetrics(), createMetrics()];

  one.deploymentEnded('failed', 1);

  expect((await other.expose()).text).not.toContain('ark_deployment_seconds_count{');
});
