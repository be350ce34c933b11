import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig, VARIABLES } from './config.js';

describe('configuration', () => {
  it('has a default for everything', () => {
    expect(parseConfig({})).toMatchObject({
      host: '127.0.0.1',
      port: 8080,
      publicUrl: 'http://localhost:8080',
      rpId: 'localhost',
      databaseUrl: undefined,
      logLevel: 'info',
    });
  });

  it('takes empty variables as unset and cannot be changed', () => {
    const config = parseConfig({ PORT: '', GUISE_LOG_LEVEL: '' });
    expect(config.port).toBe(8080);
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    ['PORT', 'eighty-secret'],
    ['PORT', '70000'],
    ['DATABASE_URL', 'mysql://user:secret@db/x'],
    ['GUISE_PUBLIC_URL', 'http://guise.example.org/secret'],
    ['GUISE_PUBLIC_URL', 'https://user:secret@guise.example.org'],
    ['GUISE_RP_ID', 'other.example'],
    ['GUISE_RP_ID', 'Not A Domain secret'],
    ['GUISE_LOG_LEVEL', 'secret'],
    ['GUISE_TRUSTED_PROXIES', '-1'],
    ['GUISE_RATE_LIMIT', '987654321'],
    ['GUISE_OIDC_ISSUER', 'http://login.example.org/secret'],
    ['GUISE_OIDC_ISSUER', 'https://login.example.org/?secret'],
    ['GUISE_OIDC_SCOPES', 'profile secret'],
    ['GUISE_OIDC_ROLES', 'secret'],
    ['GUISE_OIDC_ROLES', 'employee=staff,admin=secret'],
    ['GUISE_OIDC_ROLES', 'owner=secret'],
    ['GUISE_SSF_ISSUER', 'http://signals.example.org/secret'],
    ['GUISE_SSF_JWKS_URL', 'https://user:secret@signals.example.org/jwks.json'],
    ['GUISE_SSF_BEARER', 'too-short-a-secret'],
    ['GUISE_SMTP_URL', 'https://mail.example.org/secret'],
    ['GUISE_SMTP_URL', 'smtp://user-without-secret@mail.example.org'],
    ['GUISE_SMTP_URL', 'smtps://u:%zzsecret@mail.example.org'],
    ['GUISE_SMTP_URL', 'smtps://mail.example.org?tls.rejectUnauthorized=secret'],
    ['GUISE_SMTP_FROM', 'Secret <guise@example.org>'],
  ] as const)('says what is wrong with %s and gives an example, never the value', (name, value) => {
    const failure = catchConfigError({ [name]: value });
    expect(failure.variable).toBe(name);
    expect(failure.message).toContain(`Example: ${name}=${VARIABLES[name].example}`);
    expect(failure.message).not.toContain(value);
  });

  it('reads the mail server: TLS is optional on this machine only', () => {
    expect(catchConfigError({ GUISE_SMTP_URL: 'smtp://localhost' }).variable).toBe('GUISE_SMTP_FROM');
    const smtpOf = (url: string) =>
      parseConfig({ GUISE_SMTP_URL: url, GUISE_SMTP_FROM: 'guise@example.org' }).smtp;
    expect(smtpOf('smtps://u:p%40ss@mail.example.org')).toEqual({
      ...{ host: 'mail.example.org', port: 465, implicitTls: true, tlsRequired: true },
      ...{ login: { user: 'u', password: 'p@ss' }, from: 'guise@example.org' },
    });
    expect(smtpOf('smtp://mail.example.org')).toMatchObject({ port: 587, tlsRequired: true, login: null });
    expect(smtpOf('smtp://localhost.example.org')).toMatchObject({ tlsRequired: true });
    expect(smtpOf('smtp://[::1]:2525')).toMatchObject({ host: '::1', port: 2525, tlsRequired: false });
    expect(parseConfig({}).smtp).toBeNull();
  });

  it('wants the client with the issuer, and reads which claim gives which role', () => {
    const env = { GUISE_OIDC_ISSUER: 'https://login.example.org/t/1' };
    expect(catchConfigError(env).variable).toBe('GUISE_OIDC_CLIENT_ID');
    const roles = 'employee=staff, auditor=CN=Audit';
    const { oidc } = parseConfig({ ...env, GUISE_OIDC_CLIENT_ID: 'guise', GUISE_OIDC_ROLES: roles });
    expect(oidc).toMatchObject({
      issuer: 'https://login.example.org/t/1',
      clientSecret: undefined,
      roles: [
        { role: 'employee', value: 'staff' },
        { role: 'auditor', value: 'CN=Audit' },
      ],
    });
    expect(parseConfig({}).oidc).toBeNull();
  });

  it('accepts a parent domain as relying party', () => {
    const config = parseConfig({
      GUISE_PUBLIC_URL: 'https://guise.example.org/',
      GUISE_RP_ID: 'example.org',
    });
    expect(config).toMatchObject({ publicUrl: 'https://guise.example.org', rpId: 'example.org' });
  });

  it('is documented: the README’s table names every variable with its meaning and default', () => {
    const readme = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
    const rows = readme
      .split('\n')
      .filter((line) => line.startsWith('| `'))
      .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')));
    expect(rows.map(([, name, meaning, fallback]) => [name, meaning, fallback])).toEqual(
      Object.entries(VARIABLES).map(([name, { meaning, fallback }]) => [name, meaning, fallback]),
    );
  });
});

function catchConfigError(variables: Record<string, string>): ConfigError {
  try {
    parseConfig(variables);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}
