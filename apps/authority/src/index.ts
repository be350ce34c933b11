export {
  VARIABLES,
  ConfigError,
  parseConfig,
  readConfig,
  type AuthorityConfig,
  type VariableName,
} from './config.js';
export { createAuthority, type Authority } from './create-authority.js';
export type { AuthorityOverrides } from './authority.module.js';
export type { NoticeChannel, OutgoingNotice } from './person-notices/notice-channel.js';
export type { ServedRoute } from './http/server.js';
export type { Permission } from './http/permission.js';
