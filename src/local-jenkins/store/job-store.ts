import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parseJenkinsfile } from '../jenkinsfile/parser.ts';
import type { ParameterDefinition, Pipeline } from '../jenkinsfile/pipeline.ts';
import { JenkinsfileError } from '../jenkinsfile/pipeline.ts';

export interface Job {
  /** With folders: team/deploy. */
  readonly name: string;
  readonly jenkinsfile: string;
  /** Undefined while the file leaves the subset; `fault` says why then. */
  readonly pipeline: Pipeline | undefined;
  readonly fault: JenkinsfileError | undefined;
  /** Of the last good file, as Jenkins keeps them in the job's configuration. */
  readonly parameters: readonly ParameterDefinition[];
}

const SUFFIX = '.Jenkinsfile';
const MAX_FOLDERS = 8;

/** The jobs in `jobs/`: one `<name>.Jenkinsfile` each, folders allowed; read again when a file changes. */
export class JobStore {
  readonly #folder: string;
  readonly #onFault: (job: string, fault: JenkinsfileError) => void;
  readonly #known = new Map<string, { stamp: string; job: Job }>();

  constructor(folder: string, onFault: (job: string, fault: JenkinsfileError) => void) {
    this.#folder = folder;
    this.#onFault = onFault;
  }

  /** Every job, ordered by name. */
  all(): Job[] {
    const names = listNames(this.#folder, '', 0).sort();
    return names.flatMap((name) => this.find(name) ?? []);
  }

  find(name: string): Job | undefined {
    if (!isSafeName(name)) return undefined;
    const path = join(this.#folder, `${name}${SUFFIX}`);
    const stamp = stampOf(path);
    if (stamp === undefined) {
      this.#known.delete(name);
      return undefined;
    }
    const known = this.#known.get(name);
    if (known?.stamp === stamp) return known.job;
    const job = this.#read(name, path, known?.job);
    this.#known.set(name, { stamp, job });
    return job;
  }

  #read(name: string, path: string, previous: Job | undefined): Job {
    const jenkinsfile = readFileSync(path, 'utf8');
    try {
      const pipeline = parseJenkinsfile(jenkinsfile);
      return { name, jenkinsfile, pipeline, fault: undefined, parameters: pipeline.parameters };
    } catch (error) {
      if (!(error instanceof JenkinsfileError)) throw error;
      this.#onFault(name, error);
      const parameters = previous?.parameters ?? [];
      return { name, jenkinsfile, pipeline: undefined, fault: error, parameters };
    }
  }
}

/** No empty, hidden or climbing part: a name becomes a path. */
export function isSafeName(name: string): boolean {
  return name.split('/').every((part) => /^[A-Za-z0-9_][A-Za-z0-9_. -]{0,99}$/.test(part));
}

function stampOf(path: string): string | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat?.isFile() === true ? `${stat.mtimeMs}:${stat.size}:${stat.ino}` : undefined;
}

function listNames(folder: string, prefix: string, depth: number): string[] {
  if (depth > MAX_FOLDERS || statSync(folder, { throwIfNoEntry: false }) === undefined) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.isDirectory()) return listNames(join(folder, entry.name), `${prefix}${entry.name}/`, depth + 1);
    return entry.name.endsWith(SUFFIX) ? [`${prefix}${entry.name.slice(0, -SUFFIX.length)}`] : [];
  });
}
