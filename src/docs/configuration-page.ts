import { describeSettings, type DescribedSetting } from './described-settings.ts';
import { table, WRITTEN_BY } from './markdown.ts';

/** docs/configuration.md */
export function configurationPage(): string {
  const groups = describeSettings().flatMap(({ title, settings }) => [
    `## ${title}`,
    '',
    table(['Variable', 'What it does', 'Default', 'Allowed', 'Read by'], settings.map(row)),
    '',
  ]);
  return [
    '# Configuration',
    '',
    WRITTEN_BY('src/config'),
    '',
    'Ark Deploy reads environment variables, once, at start. A process that finds a fault in them lists every',
    'fault and ends. An empty variable counts as absent. `npm start` sets all that it needs; `.env.example` has',
    'every variable for an installation of your own.',
    '',
    'Secrets are never printed, in no log and no error. Each may lie in a file of its own that only the service can',
    'read: `ARK_SECRET_FILE=/run/secrets/ark_secret` instead of `ARK_SECRET=…`. A line break at its end does not count.',
    '',
    ...groups,
  ].join('\n');
}

function row({ name, summary, unit, secret, role, byDefault, allowed }: DescribedSetting): readonly string[] {
  const what = secret ? `${summary} Secret.` : summary;
  return [`\`${name}\``, what, defaultText(byDefault, unit), withUnit(allowed, unit), role ?? 'both'];
}

function defaultText(byDefault: string | undefined, unit: string | undefined): string {
  if (byDefault === undefined) return '**needed**';
  return byDefault === '' ? 'empty' : withUnit(`\`${byDefault}\``, unit);
}

function withUnit(text: string, unit: string | undefined): string {
  return unit === undefined || text === '' ? text : `${text} ${unit}`;
}
