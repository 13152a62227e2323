/** What a Jenkinsfile of the strict subset says, as plain data. */
export interface Pipeline {
  readonly options: PipelineOptions;
  readonly parameters: readonly ParameterDefinition[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stages: readonly Stage[];
  readonly post: PostBlocks;
}

export interface PipelineOptions {
  /** Limit of the whole run; undefined means none was asked for. */
  readonly timeoutMs?: number;
  readonly timestamps: boolean;
  /** How many finished builds are kept; undefined keeps all. */
  readonly buildsToKeep?: number;
}

export type ParameterDefinition =
  | { kind: 'string'; name: string; default_value: string; description: string; trim: boolean }
  | { kind: 'boolean'; name: string; default_value: boolean; description: string }
  | { kind: 'choice'; name: string; choices: readonly string[]; description: string };

export interface Stage {
  readonly name: string;
  readonly steps: readonly Step[];
  readonly post: PostBlocks;
}

export const POST_CONDITIONS = ['always', 'aborted', 'failure', 'success', 'cleanup'] as const;
export type PostCondition = (typeof POST_CONDITIONS)[number];
export type PostBlocks = Partial<Readonly<Record<PostCondition, readonly Step[]>>>;

export type Step =
  | { kind: 'sh'; line: number; script: string }
  | { kind: 'archive'; line: number; patterns: readonly string[]; allowEmpty: boolean }
  | { kind: 'with_credentials'; line: number; bindings: readonly Binding[]; steps: readonly Step[] };

export type Binding =
  | { kind: 'string'; credentialsId: string; variable: string }
  | { kind: 'file'; credentialsId: string; variable: string }
  | {
      kind: 'sshUserPrivateKey';
      credentialsId: string;
      keyFileVariable: string;
      usernameVariable: string | undefined;
    };

/** The file leaves the subset, or is no Jenkinsfile at all. `line` counts from 1. */
export class JenkinsfileError extends Error {
  readonly line: number;
  readonly reason: string;

  constructor(line: number, reason: string) {
    super(`line ${line}: ${reason}`);
    this.name = 'JenkinsfileError';
    this.line = line;
    this.reason = reason;
  }
}
