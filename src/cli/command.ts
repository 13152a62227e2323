import type { ApiCaller } from './api-caller.ts';

/** What the shell is told at the end. */
export const EXIT = {
  done: 0,
  /** Refused, failed, or found broken. */
  failed: 1,
  askedWrongly: 2,
  timedOut: 3,
  /** No coordinator answers there, or nobody told where it is. */
  unreachable: 4,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export interface Word {
  readonly name: string;
  readonly about: string;
  readonly optional?: boolean;
}

export interface Option {
  readonly about: string;
  /** What stands for its value in the help; without one the option is a switch. */
  readonly value?: string;
  readonly short?: string;
  readonly needed?: boolean;
  readonly multiple?: boolean;
}

/** What was asked, by the names of the command's words and options. */
export interface Asked {
  word(name: string): string | undefined;
  text(option: string): string | undefined;
  texts(option: string): readonly string[];
  isOn(option: string): boolean;
}

export interface Context {
  readonly api: ApiCaller;
  readonly asked: Asked;
  /** Goes to the terminal as it comes: logs. */
  readonly print: (text: string) => void;
  /** Says how it goes, beside the answer. */
  readonly note: (line: string) => void;
  readonly signal: AbortSignal;
}

/** What a command says at its end: to people as text, to programs as JSON. */
export interface Answer {
  readonly text: string;
  readonly json: unknown;
  readonly exit?: ExitCode;
}

export interface Command {
  readonly summary: string;
  /** What one line cannot say. */
  readonly description?: string;
  readonly words?: readonly Word[];
  readonly options?: Readonly<Record<string, Option>>;
  /** What the words and options must be beside being there. Throws AskedWrongly. */
  readonly check?: (asked: Asked) => void;
  /** Throws AskedWrongly, ApiProblem or Unreachable. */
  readonly run: (context: Context) => Promise<Answer>;
}

/** The command line makes no sense: exit 2. */
export class AskedWrongly extends Error {}
