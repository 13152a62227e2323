import { describeSettings, type DescribedSetting } from './described-settings.ts';

/** .env.example: needed variables are open, the others are comments that show their default. */
export function envExample(): string {
  const groups = describeSettings().flatMap(({ title, settings }) => [
    `# --- ${title} ---`,
    '',
    ...settings.flatMap(lines),
  ]);
  return [
    '# Every variable that Ark Deploy reads; written by `npm run docs`, explained in docs/configuration.md.',
    '# Fill in what stands open; take away the # before what shall differ from its default. A secret may lie in a file',
    '# of its own instead: ARK_SECRET_FILE=/etc/ark-deploy/secrets/ark_secret.',
    '',
    ...groups,
  ].join('\n');
}

function lines({ name, summary, unit, role, byDefault, example }: DescribedSetting): readonly string[] {
  const about = [role === undefined ? '' : `(${role})`, unit === undefined ? '' : `[${unit}]`]
    .join(' ')
    .trim();
  const comment = `# ${summary}${about === '' ? '' : ` ${about}`}`;
  const value = byDefault ?? example ?? '';
  return [comment, `${byDefault === undefined ? '' : '#'}${name}=${value}`, ''];
}
