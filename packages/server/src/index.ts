export { type Config, ConfigError, describeConfig, readConfig } from './config.ts';
export { findExecutable } from './coturn/executable.ts';
export { type CoturnOptions, coturnConfig } from './coturn/template.ts';
export { createLog } from './log.ts';
export { type RunningServer, type ServerParts, startServer } from './server.ts';
export { SETTINGS, type Setting, type SettingName } from './settings.ts';
