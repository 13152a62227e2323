import { AppError } from '../platform/errors.ts';

/** What is wrong with a product folder: the file, the path inside it, and what to do. */
export interface Fault {
  /** Such as `compose.yaml: services.web.privileged`. */
  readonly path: string;
  readonly message: string;
}

/** All faults of one folder as `product_invalid`; details.errors lists them as {field, message}. */
export function productInvalid(folder: string, faults: readonly Fault[]): AppError {
  const lines = faults.map(({ path, message }) => `${path}: ${message}`);
  return new AppError('product_invalid', `Product ${folder} cannot be used: ${lines.join('; ')}`, {
    details: { errors: faults.map(({ path, message }) => ({ field: path, message })) },
  });
}
