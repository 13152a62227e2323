import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault } from './product-faults.ts';
import type { Json } from './yaml-document.ts';

/** The words of ansible/roles/instance/files/compose_allow_list.json; the host script knows the same ones. */
interface Schema {
  readonly ref?: string;
  readonly any_of?: readonly Schema[];
  readonly enum?: readonly (string | boolean)[];
  readonly type?: 'object' | 'array' | 'string' | 'integer' | 'number' | 'boolean' | 'null';
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly keys?: string;
  readonly values?: Schema;
  readonly min_keys?: number;
  readonly max_keys?: number;
  readonly items?: Schema;
  readonly max_items?: number;
  readonly pattern?: string;
  readonly max_length?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

type JsonObject = Readonly<Record<string, Json>>;

interface Advice {
  readonly why: string;
  readonly instead: string;
}

interface AllowList {
  readonly document: Schema;
  readonly definitions: Readonly<Record<string, Schema>>;
  readonly refused: Readonly<Record<string, Readonly<Record<string, Advice>>>>;
}

const FILE = join(import.meta.dirname, '../../ansible/roles/instance/files/compose_allow_list.json');
let loaded: AllowList | undefined;

/** What the allow-list refuses in a Compose document, each fault with the reason and the way out. */
export function checkAgainstAllowList(document: Json, file: string): Fault[] {
  loaded ??= JSON.parse(readFileSync(FILE, 'utf8')) as AllowList;
  const checker = new Checker(loaded);
  checker.check(document, loaded.document, { path: '', part: 'document', key: '' });
  return checker.faults.map(({ path, message }) => ({ path: `${file}: ${path || '(the file)'}`, message }));
}

/** Where the check stands: the path for people, and which table of advice speaks of the nearest key. */
interface Place {
  readonly path: string;
  readonly part: string;
  readonly key: string;
}

class Checker {
  readonly faults: Fault[] = [];
  readonly #list: AllowList;

  constructor(list: AllowList) {
    this.#list = list;
  }

  check(value: Json, schema: Schema, place: Place): void {
    if (schema.ref !== undefined) {
      this.check(value, this.#definition(schema.ref), { ...place, part: schema.ref, key: '' });
    } else if (schema.any_of !== undefined) {
      this.#checkChoices(value, schema.any_of, place);
    } else if (schema.enum !== undefined) {
      if (!schema.enum.some((one) => one === value))
        this.#refuse(place, `is none of ${schema.enum.map(String).join(', ')}`);
    } else if (kindOf(value) !== schema.type && !(schema.type === 'number' && kindOf(value) === 'integer')) {
      this.#refuse(place, `is ${kindOf(value)}, not ${schema.type ?? 'known'}`);
    } else {
      this.#checkContent(value, schema, place);
    }
  }

  /** One choice must take the value; else the faults of the choice that shares its kind are told. */
  #checkChoices(value: Json, choices: readonly Schema[], place: Place): void {
    let told: readonly Fault[] | undefined;
    for (const choice of choices) {
      const trial = new Checker(this.#list);
      trial.check(value, choice, place);
      if (trial.faults.length === 0) return;
      if (told === undefined || this.#resolve(choice).type === kindOf(value)) told = trial.faults;
    }
    this.faults.push(...(told ?? []));
  }

  #checkContent(value: Json, schema: Schema, place: Place): void {
    if (typeof value === 'string') this.#checkText(value, schema, place);
    else if (typeof value === 'number') this.#checkNumber(value, schema, place);
    else if (Array.isArray(value)) this.#checkList(value, schema, place);
    else if (typeof value === 'object' && value !== null) this.#checkObject(value, schema, place);
  }

  #checkText(text: string, { pattern, max_length: limit }: Schema, place: Place): void {
    if (limit !== undefined && Array.from(text).length > limit)
      this.#refuse(place, `is longer than ${limit} characters`);
    else if (pattern !== undefined && !matchesWhole(pattern, text))
      this.#refuse(place, `has a form that is not allowed: ${shown(text)}`);
  }

  #checkNumber(number: number, { minimum = -Infinity, maximum = Infinity }: Schema, place: Place): void {
    if (number < minimum || number > maximum) this.#refuse(place, `is not between ${minimum} and ${maximum}`);
  }

  #checkList(list: readonly Json[], { items = {}, max_items: limit = 0 }: Schema, place: Place): void {
    if (list.length > limit) this.#refuse(place, `has more than ${limit} entries`);
    for (const [index, item] of list.slice(0, limit).entries()) {
      this.check(item, items, { ...place, path: `${place.path}[${index}]` });
    }
  }

  #checkObject(object: JsonObject, schema: Schema, place: Place): void {
    this.#checkCount(Object.keys(object).length, schema, place);
    for (const key of schema.required ?? []) {
      if (!Object.hasOwn(object, key)) this.#refuse(below(place, key), 'is missing');
    }
    for (const [key, value] of Object.entries(object)) this.#checkEntry({ key, value }, schema, place);
  }

  #checkCount(count: number, { min_keys: least = 0, max_keys: most = Infinity }: Schema, place: Place): void {
    if (count > most) this.#refuse(place, `has more than ${most} entries`);
    if (count < least) this.#refuse(place, 'is empty');
  }

  #checkEntry(
    { key, value }: { key: string; value: Json },
    { properties, keys, values = {} }: Schema,
    place: Place,
  ): void {
    const known = own(properties, key);
    if (known !== undefined) this.check(value, known, below(place, key));
    else if (keys === undefined) this.#refuse(below(place, key), 'is not allowed');
    else if (matchesWhole(keys, key)) this.check(value, values, { ...place, path: joined(place.path, key) });
    else this.#refuse(below(place, key), 'is not an allowed name');
  }

  #refuse({ path, part, key }: Place, what: string): void {
    const table = own(this.#list.refused, part);
    const advice = own(table, key) ?? (key.startsWith('x-') ? own(table, 'x-*') : undefined);
    this.faults.push({
      path,
      message: advice === undefined ? what : `${what}: ${advice.why}; use instead: ${advice.instead}`,
    });
  }

  #resolve(schema: Schema): Schema {
    return schema.ref === undefined ? schema : this.#definition(schema.ref);
  }

  #definition(name: string): Schema {
    const schema = own(this.#list.definitions, name);
    if (schema === undefined) throw new Error(`compose_allow_list.json has no definition ${name}`);
    return schema;
  }
}

/** The place of a key; advice speaks of the outermost key of a part. */
function below(place: Place, key: string): Place {
  return { ...place, path: joined(place.path, key), key: place.key || key };
}

function own<T>(record: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return record !== undefined && Object.hasOwn(record, key) ? record[key] : undefined;
}

function kindOf(value: Json): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function matchesWhole(pattern: string, text: string): boolean {
  return new RegExp(`^(?:${pattern})$`, 'u').test(text);
}

function joined(path: string, key: string): string {
  const safeKey = /^[A-Za-z0-9_.-]{1,60}$/.test(key) ? key : shown(key);
  return path === '' ? safeKey : `${path}.${safeKey}`;
}

/** A value as it may stand in a message: short, quoted, without control characters. */
function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}
