import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeAtomicallySync } from '../../platform/atomic-file.ts';
import type { BuildOrder, BuildRecord } from '../model/build.ts';

/** The folder `builds/`: one folder per job and build with build.json, log, Jenkinsfile and archive. */
export class BuildStore {
  readonly #folder: string;
  readonly #jobs = new Map<string, BuildRecord[]>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Every job that ever had a build, also those whose file is gone. */
  jobNames(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('/#'))
      .map((path) => path.slice(0, -'/#'.length));
  }

  /** Every build of a job, oldest first. */
  builds(job: string): readonly BuildRecord[] {
    return this.#load(job);
  }

  find(job: string, number: number): BuildRecord | undefined {
    return this.#load(job).find((build) => build.number === number);
  }

  /** Makes the next build of a job; its number was never given before, even if builds were discarded. */
  create(order: BuildOrder, jenkinsfile: string, at: number): BuildRecord {
    const builds = this.#load(order.job);
    const record: BuildRecord = {
      v: 1,
      job: order.job,
      number: this.nextNumber(order.job),
      queue_id: order.queueId,
      timestamp: at,
      parameters: order.parameters,
      causes: order.causes,
      cookie: randomUUID(),
      building: true,
      left_processes: false,
      result: null,
      duration: 0,
      interruptions: [],
      artifacts: [],
    };
    mkdirSync(this.folderOf(record), { recursive: true, mode: 0o700 });
    writeAtomicallySync(join(this.folderOf(record), 'Jenkinsfile'), jenkinsfile);
    writeAtomicallySync(this.logOf(record), '');
    builds.push(record);
    this.save(record);
    return record;
  }

  save(record: BuildRecord): void {
    writeAtomicallySync(join(this.folderOf(record), 'build.json'), JSON.stringify(record));
  }

  /** Removes the oldest finished builds until `keep` are left. */
  discard(job: string, keep: number): void {
    const builds = this.#load(job);
    const finished = builds.filter((build) => !build.building);
    for (const build of finished.slice(0, Math.max(0, finished.length - keep))) {
      rmSync(this.folderOf(build), { recursive: true, force: true });
      builds.splice(builds.indexOf(build), 1);
    }
  }

  nextNumber(job: string): number {
    return (this.#load(job).at(-1)?.number ?? 0) + 1;
  }

  /** The script that a build ran, for Replay. */
  jenkinsfileOf(record: BuildRecord): string {
    return readFileSync(join(this.folderOf(record), 'Jenkinsfile'), 'utf8');
  }

  folderOf({ job, number }: { job: string; number: number }): string {
    return join(this.#folder, job, '#', String(number));
  }

  logOf(record: BuildRecord): string {
    return join(this.folderOf(record), 'log');
  }

  archiveOf(record: BuildRecord): string {
    return join(this.folderOf(record), 'archive');
  }

  #load(job: string): BuildRecord[] {
    const known = this.#jobs.get(job);
    if (known !== undefined) return known;
    const folder = join(this.#folder, job, '#');
    const numbers = existsSync(folder)
      ? readdirSync(folder)
          .filter((name) => /^[1-9][0-9]*$/.test(name))
          .map(Number)
      : [];
    const builds = numbers
      .sort((a, b) => a - b)
      .flatMap((number) => readRecord(this.folderOf({ job, number })));
    this.#jobs.set(job, builds);
    return builds;
  }
}

function readRecord(folder: string): BuildRecord[] {
  try {
    return [JSON.parse(readFileSync(join(folder, 'build.json'), 'utf8')) as BuildRecord];
  } catch {
    // a crash between making the folder and writing the record: Jenkins answers 404 for such a number too
    return [];
  }
}
