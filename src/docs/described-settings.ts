import type Joi from 'joi';
import { SETTING_GROUPS } from '../config/config-schema.ts';

/** A variable as a reader needs it. */
export interface DescribedSetting {
  readonly name: string;
  readonly summary: string;
  readonly unit?: string;
  readonly secret: boolean;
  readonly role?: string;
  readonly example?: string;
  /** Its default as text; undefined when it must be given. */
  readonly byDefault?: string;
  /** Allowed values, or the range of a number; empty for free text. */
  readonly allowed: string;
}

export interface DescribedGroup {
  readonly title: string;
  readonly settings: readonly DescribedSetting[];
}

/** What the config schema says of itself: the one source of the page and of .env.example. */
export function describeSettings(): readonly DescribedGroup[] {
  return SETTING_GROUPS.map(({ title, settings }) => ({
    title,
    settings: Object.entries(settings).map(([name, schema]) => describe(name, schema as Joi.AnySchema)),
  }));
}

interface Notes {
  readonly secret?: boolean;
  readonly role?: string;
  readonly example?: string;
  readonly unit?: string;
}

function describe(name: string, schema: Joi.AnySchema): DescribedSetting {
  const description = schema.describe();
  const flags = (description.flags ?? {}) as { description?: string; default?: string | number };
  const metas = (description['metas'] ?? []) as readonly Notes[];
  // what a role must have is conditional (neededBy); what has neither default nor condition may be left out
  const isNeeded = flags.default === undefined && description['whens'] !== undefined;
  const notes: Notes = Object.assign({}, ...metas) as Notes;
  return {
    name,
    summary: flags.description ?? '',
    secret: notes.secret === true,
    allowed: allowedOf(description),
    ...(notes.unit === undefined ? {} : { unit: notes.unit }),
    ...(notes.role === undefined ? {} : { role: notes.role }),
    ...(notes.example === undefined ? {} : { example: notes.example }),
    ...(isNeeded ? {} : { byDefault: String(flags.default ?? '') }),
  };
}

function allowedOf(description: Joi.Description): string {
  const { only } = (description.flags ?? {}) as { only?: boolean };
  const values = (description['allow'] ?? []) as readonly unknown[];
  if (only === true) return values.map(String).join(', ');
  const rules = (description['rules'] ?? []) as readonly { name: string; args?: { limit?: number } }[];
  const limit = (rule: string): number | undefined => rules.find(({ name }) => name === rule)?.args?.limit;
  if (description.type !== 'number') return '';
  const isPort = rules.some(({ name }) => name === 'port');
  return `${String(limit('min') ?? 1)} to ${String(limit('max') ?? (isPort ? 65_535 : ''))}`;
}
