// Starts a client host with a container, says where, and kills itself without a word.
import { startTestHosts } from './hosts.ts';
import { importTinyImage } from './tiny-image.ts';

const signal = AbortSignal.timeout(60_000);
const bed = await startTestHosts({ count: 1 }, signal);
const [host] = bed.hosts;
if (host === undefined) throw new Error('no host');
await importTinyImage(host, 'tiny:1', 'left');
await host.docker(['run', '-d', '--name', 'left', 'tiny:1']);
const pid = await host.initPid(signal);
process.stdout.write(
  `${bed.network.bridge} ${host.dir.slice(0, host.dir.lastIndexOf('/'))} ${String(pid)}\n`,
  () => process.kill(process.pid, 'SIGKILL'),
);
