import type { SqlDriverAdapter, SqlMigrationAwareDriverAdapterFactory } from '@prisma/driver-adapter-utils';

/** Called with the text of every SQL statement before it is sent. Used by crash tests. */
export type StatementHook = (sql: string) => void;

/** The same adapter factory, telling `hook` of every statement, also of those inside transactions. */
export function observeStatements(
  factory: SqlMigrationAwareDriverAdapterFactory,
  hook: StatementHook,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => observeConnection(await factory.connect(), hook),
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

/** Sends a script of several statements to the database in one go. */
export type ScriptRunner = (script: string) => Promise<void>;

/**
 * The same adapter factory with scripts run by `run`: adapter-pg splits them at every semicolon, also inside function
 * bodies and comments, and pglite-prisma-adapter does not wait for their end.
 */
export function withScripts(
  factory: SqlMigrationAwareDriverAdapterFactory,
  run: ScriptRunner,
): SqlMigrationAwareDriverAdapterFactory {
  return {
    provider: factory.provider,
    adapterName: factory.adapterName,
    connect: async () => {
      const adapter = await factory.connect();
      return new Proxy(adapter, {
        get: (target, property) => {
          if (property === 'executeScript') return run;
          const value: unknown = Reflect.get(target, property, target);
          return typeof value === 'function'
            ? (...args: unknown[]): unknown => Reflect.apply(value, target, args)
            : value;
        },
      });
    },
    connectToShadowDb: () => factory.connectToShadowDb(),
  };
}

function observeConnection(adapter: SqlDriverAdapter, hook: StatementHook): SqlDriverAdapter {
  return new Proxy(adapter, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (property === 'startTransaction') {
        return async (...args: Parameters<SqlDriverAdapter['startTransaction']>) =>
          observeQueries(await target.startTransaction(...args), hook);
      }
      return observeMember(target, property, value, hook);
    },
  });
}

function observeQueries<T extends object>(target: T, hook: StatementHook): T {
  return new Proxy(target, {
    get: (inner, property) => observeMember(inner, property, Reflect.get(inner, property, inner), hook),
  });
}

function observeMember(
  target: object,
  property: string | symbol,
  value: unknown,
  hook: StatementHook,
): unknown {
  if (typeof value !== 'function') return value;
  return (...args: unknown[]): unknown => {
    if (property === 'queryRaw' || property === 'executeRaw') hook(statementText(args[0]));
    if (property === 'commit') hook('COMMIT');
    return Reflect.apply(value, target, args);
  };
}

function statementText(query: unknown): string {
  return typeof query === 'object' && query !== null && 'sql' in query && typeof query.sql === 'string'
    ? query.sql
    : '';
}
