import { readFileSync, readdirSync } from 'node:fs';

/** The ids of live processes of builds of this home that have this text in their command line. */
export function processesWith(text: string, home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^[0-9]+$/.test(name))
    .filter((pid) => {
      try {
        const commandLine = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return (
          commandLine.includes(text) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`=${home}\0`)
        );
      } catch {
        return false;
      }
    })
    .map(Number);
}
