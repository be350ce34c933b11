import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { parse } from 'yaml';
import { describe, expect, it } from 'vitest';

const DOCKER = fileURLToPath(new URL('../../docker', import.meta.url));
const dockerfile = readFileSync(join(DOCKER, 'authority.Dockerfile'), 'utf8');

interface Compose {
  services: Record<string, { image?: string; environment?: Record<string, string> }>;
}

/** No container engine runs where this is developed, so the files are checked, not built. */
describe('container files', () => {
  it('parse without a finding', () => {
    expect(validate(dockerfile).map((finding) => finding.message)).toEqual([]);
  });

  it('run the service as an unprivileged user', () => {
    const user = dockerfile.lastIndexOf('\nUSER node');
    expect(user).toBeGreaterThan(dockerfile.lastIndexOf('\nFROM '));
    expect(user).toBeLessThan(dockerfile.lastIndexOf('\nCMD '));
  });

  it('reap what a killed worker leaves: process 1 is an init', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '));
    expect(last).toMatch(/apt-get install [^&]*\btini\b/);
    expect(last).toContain('\nENTRYPOINT ["/usr/bin/tini", "--"]\n');
  });

  it('carry no secret: passwords come from the environment or the command refuses to start', () => {
    const compose = parse(readFileSync(join(DOCKER, 'compose.yaml'), 'utf8')) as Compose;
    for (const service of Object.values(compose.services)) {
      for (const [name, value] of Object.entries(service.environment ?? {})) {
        if (/PASSWORD|DATABASE_URL|SECRET|KEY/.test(name)) expect(value).toMatch(/\$\{[A-Z_]+:\?/);
      }
      if (service.image) expect(service.image).toMatch(/:\d/);
    }
  });
});
