import type { InputSpec, Order, ProductView } from '../views.ts';

/** What stands in the order form: input values as the fields hold them. */
export interface Draft {
  readonly product_id: string;
  readonly client_name: string;
  readonly host_id: string;
  readonly inputs: Readonly<Record<string, string | boolean>>;
}

export type FaultKind = 'required' | 'tooLong' | 'pattern' | 'integer' | 'minimum' | 'maximum';

export interface DraftFault {
  readonly kind: FaultKind;
  readonly limit?: number | undefined;
}

export const CLIENT_NAME_MAX = 80;

export function emptyDraft(product: ProductView | undefined): Draft {
  return { product_id: product?.product_id ?? '', client_name: '', host_id: '', inputs: defaultsOf(product) };
}

/** Another product asks for other inputs; client and host stay. */
export function withProduct(draft: Draft, product: ProductView): Draft {
  return { ...draft, product_id: product.product_id, inputs: defaultsOf(product) };
}

/** The faults by field name (`client_name`, `inputs.<name>`), as the API would name them. */
export function faultsOf(draft: Draft, product: ProductView): Readonly<Record<string, DraftFault>> {
  const faults: Record<string, DraftFault> = {};
  const clientFault = clientNameFault(draft.client_name.trim());
  if (clientFault) faults['client_name'] = clientFault;
  for (const [name, spec] of Object.entries(product.inputs)) {
    const fault = inputFault(draft.inputs[name] ?? '', spec);
    if (fault) faults[`inputs.${name}`] = fault;
  }
  return faults;
}

/** The order as the API takes it. Empty fields are left out, but a text whose default was cleared is sent empty. */
export function toOrder(draft: Draft, product: ProductView): Order {
  const inputs: Record<string, string | number | boolean> = {};
  for (const [name, spec] of Object.entries(product.inputs)) {
    const value = draft.inputs[name] ?? '';
    if (value !== '' || mayBeEmpty(spec)) inputs[name] = spec.type === 'integer' ? Number(value) : value;
  }
  return {
    product_id: product.product_id,
    client_name: draft.client_name.trim(),
    ...(draft.host_id === '' ? {} : { host_id: draft.host_id }),
    ...(Object.keys(inputs).length === 0 ? {} : { inputs }),
  };
}

function mayBeEmpty({ type, default: preset, choices }: InputSpec): boolean {
  return type === 'string' && preset !== undefined && choices === undefined;
}

function defaultsOf(product: ProductView | undefined): Draft['inputs'] {
  const fields = Object.entries(product?.inputs ?? {});
  return Object.fromEntries(fields.map(([name, spec]) => [name, initialValue(spec)]));
}

function initialValue(spec: InputSpec): string | boolean {
  if (spec.type === 'boolean') return spec.default === true;
  return spec.default === undefined ? '' : String(spec.default);
}

function clientNameFault(name: string): DraftFault | undefined {
  if (name === '') return { kind: 'required' };
  return lengthOf(name) > CLIENT_NAME_MAX ? { kind: 'tooLong', limit: CLIENT_NAME_MAX } : undefined;
}

function inputFault(value: string | boolean, spec: InputSpec): DraftFault | undefined {
  if (typeof value === 'boolean') return undefined;
  if (value === '') return spec.required ? { kind: 'required' } : undefined;
  return spec.type === 'integer' ? integerFault(value, spec) : textFault(value, spec);
}

function integerFault(value: string, { minimum, maximum }: InputSpec): DraftFault | undefined {
  const number = Number(value);
  if (!/^-?\d+$/.test(value) || !Number.isSafeInteger(number)) return { kind: 'integer' };
  if (minimum !== undefined && number < minimum) return { kind: 'minimum', limit: minimum };
  if (maximum !== undefined && number > maximum) return { kind: 'maximum', limit: maximum };
  return undefined;
}

function textFault(value: string, spec: InputSpec): DraftFault | undefined {
  const limit = spec.max_length;
  if (lengthOf(value) > limit) return { kind: 'tooLong', limit };
  return spec.pattern !== undefined && !matches(value, spec.pattern) ? { kind: 'pattern' } : undefined;
}

/** In characters, as the API counts them: an emoji is one. */
function lengthOf(value: string): number {
  return Array.from(value).length;
}

/** The whole value, as the API reads patterns; one that this browser cannot read is left to the API. */
function matches(value: string, pattern: string): boolean {
  try {
    return new RegExp(`^(?:${pattern})$`, 'u').test(value);
  } catch {
    return true;
  }
}
