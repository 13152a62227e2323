const STARS = '****';

/** Hides secrets in log text: the exact value, its base64, and the forms in which a shell quotes it. */
export class Masker {
  readonly #counts = new Map<string, number>();

  /** Adds secrets until the returned function is called. */
  add(secrets: readonly string[]): () => void {
    const forms = secrets.flatMap(formsOf);
    for (const form of forms) this.#counts.set(form, (this.#counts.get(form) ?? 0) + 1);
    return () => {
      for (const form of forms) {
        const left = (this.#counts.get(form) ?? 1) - 1;
        if (left === 0) this.#counts.delete(form);
        else this.#counts.set(form, left);
      }
    };
  }

  mask(text: string): string {
    // longest first, so that no part of a longer secret stays behind
    const forms = [...this.#counts.keys()].sort((a, b) => b.length - a.length);
    return forms.reduce((masked, form) => masked.replaceAll(form, STARS), text);
  }
}

function formsOf(secret: string): string[] {
  const lines = secret.includes('\n') ? secret.split('\n').filter((line) => line.trim().length >= 4) : [];
  return [secret, ...lines].filter((text) => text !== '').flatMap(variantsOf);
}

function variantsOf(text: string): string[] {
  const base64 = Buffer.from(text).toString('base64');
  const quoted = [`'\\''`, `'"'"'`].map((quote) => text.replaceAll("'", quote));
  // without padding: the end of the encoding changes when something follows the secret
  return [...new Set([text, base64, base64.replace(/=+$/, ''), ...quoted])];
}
