import { readFileSync, statSync } from 'node:fs';
import { isSame } from '../../platform/digest.ts';

export type Permission = 'read' | 'build' | 'cancel';

export interface User {
  readonly id: string;
  readonly admin: boolean;
  readonly permissions: readonly Permission[];
}

interface UserRecord {
  readonly id: string;
  readonly token?: string;
  readonly password?: string;
  readonly admin?: boolean;
  /** Left out: all of them. For tests of refused calls. */
  readonly permissions?: readonly Permission[];
}

const ALL: readonly Permission[] = ['read', 'build', 'cancel'];

/** The accounts in `users.json`; read again when the file changes. */
export class UserStore {
  readonly #path: string;
  #stamp = '';
  #records: readonly UserRecord[] = [];

  constructor(path: string) {
    this.#path = path;
  }

  find(id: string): User | undefined {
    const record = this.#read().find((known) => known.id === id);
    return record === undefined ? undefined : toUser(record);
  }

  byToken(id: string, token: string): User | undefined {
    return this.#match(id, token, 'token');
  }

  byPassword(id: string, password: string): User | undefined {
    return this.#match(id, password, 'password');
  }

  #match(id: string, given: string, field: 'token' | 'password'): User | undefined {
    const record = this.#read().find((known) => known.id === id);
    const wanted = record?.[field];
    if (record === undefined || wanted === undefined || wanted === '') return undefined;
    return isSame(given, wanted) ? toUser(record) : undefined;
  }

  #read(): readonly UserRecord[] {
    const stat = statSync(this.#path, { throwIfNoEntry: false });
    const stamp = stat === undefined ? '' : `${stat.mtimeMs}:${stat.size}:${stat.ino}`;
    if (stamp !== this.#stamp) {
      this.#records = stamp === '' ? [] : parseRecords(readFileSync(this.#path, 'utf8'));
      this.#stamp = stamp;
    }
    return this.#records;
  }
}

function parseRecords(text: string): UserRecord[] {
  try {
    return JSON.parse(text) as UserRecord[];
  } catch {
    // the parser's own words would quote the file, and with it a token
    throw new Error('users.json is not valid JSON');
  }
}

function toUser({ id, admin, permissions }: UserRecord): User {
  return { id, admin: admin === true, permissions: permissions ?? ALL };
}
