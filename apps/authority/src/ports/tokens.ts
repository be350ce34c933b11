/** Injection tokens of values that are no classes. */
export const CONFIG = Symbol('AuthorityConfig');
export const DATABASE = Symbol('Database');
export const LOGGER = Symbol('Logger');
