import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ClientHost } from '../../src/launcher/client-host.ts';
import { run } from '../../src/launcher/command.ts';

const APPLETS = ['sh', 'httpd', 'nslookup', 'wget', 'cat', 'echo', 'sleep', 'id'];

/** Imports a web server of busybox-static that answers `text` on port 8080 into the engine of a client host. */
export async function importTinyImage(host: ClientHost, tag: string, text: string): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'ark-image-'));
  try {
    for (const dir of ['bin', 'www', 'tmp', 'etc']) mkdirSync(join(root, dir), { mode: 0o755 });
    chmodSync(root, 0o755);
    copyFileSync('/bin/busybox', join(root, 'bin/busybox'));
    for (const applet of APPLETS) symlinkSync('busybox', join(root, 'bin', applet));
    writeFileSync(join(root, 'www/index.html'), text);
    const tar = `tar -C "$1" -c . | docker -H "unix://$2" import -c 'ENV PATH=/bin' -c "$3" - "$4"`;
    const command = 'CMD ["httpd","-f","-p","8080","-h","/www"]';
    await run(['bash', '-o', 'pipefail', '-c', tar, 'import', root, host.dockerSocket, command, tag]);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
