// The server of msession: sockets, dispatch, limits, plugins and administration over any engine.
export type { AdminOptions } from './admin/admin-listener.js';
export type { ReceivePath } from './adopt-socket.js';
export type { AccessOptions, RightName, UserDefinition } from './authentication.js';
export { type CloseOptions, createServer, type MsessionServer } from './create-server.js';
export { ListenFault } from './listen-fault.js';
export type { ServerAddresses } from './listeners.js';
export { defaultPort, defaultServerLimits, type MsessionServerOptions, type ServerLimits } from './options.js';
export { AccessFault, defaultCostLog2, hashPassword, leastCostLog2, mostCostLog2 } from './password-hash.js';
export {
  definePlugin,
  type Plugin,
  type PluginCallContext,
  type PluginContext,
  type PluginDefinition,
  PluginFault,
  type PluginFunction,
  type PluginHooks,
  type PluginReply,
  type SessionHookEvent,
} from './plugins/define-plugin.js';
export { loadPlugins } from './plugins/load-plugins.js';
export { type ReportSection, reportText, type ServerReport } from './server-report.js';
export {
  booleanSetting,
  integerSetting,
  type Setting,
  SettingFault,
  sizeSetting,
  wordSetting,
} from './settings-registry.js';
export { TlsFault, type TlsMaterial, type TlsOptions } from './tls-listener.js';
