export { type Config, ConfigError, describeConfig, readConfig } from './config.ts';
export { findExecutable } from './coturn/executable.ts';
export { type CoturnOptions, coturnConfig } from './coturn/template.ts';
export { FLAGS, type Flag, isFlag } from './flags/flags.ts';
export { createLog } from './log.ts';
export { type RunningServer, type ServerParts, startServer } from './server.ts';
export { SETTINGS, type Setting, type SettingName } from './settings.ts';
export type { FlagDocument, Store } from './store/port.ts';
export { openSqliteStore } from './store/sqlite.ts';
