import Joi from 'joi';
import { accessSettings, serverSettings, type AccessSettings, type ServerSettings } from './edge-settings.ts';
import {
  processSettings,
  proxySettings,
  type ProcessSettings,
  type ProxySettings,
} from './process-settings.ts';
import {
  deploymentSettings,
  jenkinsSettings,
  storeSettings,
  type DeploymentSettings,
  type JenkinsSettings,
  type StoreSettings,
} from './work-settings.ts';

export type Settings = ProcessSettings &
  ServerSettings &
  AccessSettings &
  StoreSettings &
  JenkinsSettings &
  DeploymentSettings &
  ProxySettings;

/** All variables by subject, in the order of docs/configuration.md. */
export const SETTING_GROUPS = [
  { title: 'Process', settings: processSettings },
  { title: 'Addresses and the HTTP edge', settings: serverSettings },
  { title: 'Access', settings: accessSettings },
  { title: 'Store', settings: storeSettings },
  { title: 'Jenkins', settings: jenkinsSettings },
  { title: 'Deployments', settings: deploymentSettings },
  { title: 'Proxy', settings: proxySettings },
] as const;

/** The whole environment that we read. Rules that hold between variables come last. */
export const settingsSchema = Joi.object<Settings>({
  ...processSettings,
  ...serverSettings,
  ...accessSettings,
  ...storeSettings,
  ...jenkinsSettings,
  ...deploymentSettings,
  ...proxySettings,
})
  .custom(quarantineOutlastsRoutes)
  .prefs({ abortEarly: false, errors: { wrap: { label: false } } });

export const SETTING_NAMES: ReadonlySet<string> = new Set(
  SETTING_GROUPS.flatMap(({ settings }) => Object.keys(settings)),
);

/** Variables of other parts (launcher, command line, client hosts, tests) that share the ARK_ start. */
export const OTHER_PARTS =
  /^ARK_(?:HOME|API_URL|CALLBACK_URL|PAGES_(?:HOST|PORT)|APPS_(?:HOST|PORT)|REDIS_PORT|JENKINS_PORT|PROXIES|HOSTS_|LOCAL_|OS_RELEASE|TEST_)/;

function quarantineOutlastsRoutes(settings: Settings, helpers: Joi.CustomHelpers): unknown {
  if (settings.ARK_PORT_QUARANTINE_S <= settings.ARK_STALE_ROUTES_S) {
    return helpers.message({ custom: 'ARK_PORT_QUARANTINE_S must be above ARK_STALE_ROUTES_S' });
  }
  return settings;
}
