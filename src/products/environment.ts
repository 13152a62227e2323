export const ENVIRONMENTS = ['prod', 'dev', 'test'] as const;

/** What an instance is for; a product may have jobs of its own for each. */
export type Environment = (typeof ENVIRONMENTS)[number];
