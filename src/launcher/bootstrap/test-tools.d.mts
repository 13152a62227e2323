export interface TestTools {
  readonly folder: string;
  readonly hadolint: string;
  /** A Docker Compose v2; not there where the machine has one, or cannot build it. */
  readonly compose: string;
}
export function testTools(root: string): TestTools;
export function ensureTestTools(root: string): Promise<void>;
