import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '../platform/atomic-file.ts';
import type { Chain } from './chain.ts';
import type { DemoInstance } from './demo.ts';
import { JENKINS_USER, jenkinsUrl } from './jenkins-service.ts';
import { redisUrl } from './redis-service.ts';
import type { LauncherSettings } from './settings.ts';

/** Says to other programs of this machine where everything is; only root reads it. */
export function writeRunFile(chain: Chain, signInUrl: string, demo: DemoInstance | undefined): void {
  const { settings, secrets, hosts } = chain;
  const content = {
    pid: process.pid,
    pages_url: settings.pagesUrl,
    apps_url: settings.appsUrl,
    sign_in_url: signInUrl,
    api_token: secrets.adminToken.reveal(),
    redis_url: redisUrl(settings, secrets),
    jenkins: { url: jenkinsUrl(settings), user: JENKINS_USER, token: secrets.jenkinsToken.reveal() },
    instance: demo ?? null,
    hosts: hosts.map(({ id, address }) => ({ id, address })),
  };
  writeAtomicallySync(runFilePath(settings), `${JSON.stringify(content, null, 2)}\n`);
}

export function removeRunFile(settings: LauncherSettings): void {
  rmSync(runFilePath(settings), { force: true });
}

function runFilePath(settings: LauncherSettings): string {
  return join(settings.stateDir, 'run.json');
}
