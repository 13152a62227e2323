export interface NginxSettings {
  readonly pagesHost?: string;
  readonly pagesPort?: number;
  readonly pagesName?: string;
  readonly appsHost?: string;
  readonly appsPort?: number;
  readonly appsName?: string;
  /** Public address of the apps origin. */
  readonly appsUrl?: string;
  /** host:port of the coordinator. */
  readonly apiUpstream?: string;
  /** host:port that the proxies share, or one for each with commas between them. */
  readonly instancesUpstream?: string;
  /** File relative to the prefix, /dev/stdout, or off. */
  readonly accessLog?: string;
  /** Addresses or CIDRs of proxies in front of nginx. */
  readonly outerProxies?: readonly string[];
  readonly workers?: number | 'auto';
}
/** The configuration as text. Throws a TypeError that names the setting that cannot be used. */
export function renderNginx(settings?: NginxSettings): string;
/** The settings that the environment (ARK_*) asks for. */
export function settingsFromEnvironment(env: Readonly<Record<string, string | undefined>>): NginxSettings;
