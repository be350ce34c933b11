/**
 * THREATS 30 (session fixation): the attacker knows a token before it becomes worth something. Defence: every sign-in and
 * step-up makes a new one, and what was carried before ends.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  openTestOrganisation,
  testDatabases,
  TestPage,
  type TestOrganisation,
} from '@guise/authority/testing';

describe.each(await testDatabases())('session fixation on %s', (kind) => {
  let org: TestOrganisation;
  beforeAll(async () => {
    org = await openTestOrganisation(kind);
  });
  afterAll(() => org.authority.close());

  const read = (cookie: string | null) =>
    new TestPage(org.authority).call('GET', '/v1/me', undefined, { cookie });
  const planted = (name: string) => `${name}=${'A'.repeat(43)}`;

  it('gains nothing by a token that the attacker made up', async () => {
    const victim = new TestPage(org.authority);
    victim.cookie = planted('__Host-guise');
    await victim.signIn(org.employee);
    expect(victim.cookie).not.toBe(planted('__Host-guise'));
    expect((await read(planted('__Host-guise'))).status).toBe(401);
  });

  it('gains nothing by the attacker’s own sign-in: it ends when the victim signs in over it', async () => {
    const attacker = new TestPage(org.authority);
    await attacker.signIn(org.executive);
    const victim = new TestPage(org.authority);
    victim.cookie = attacker.cookie;
    await victim.signIn(org.employee);
    expect((await read(victim.cookie)).body).toMatchObject({ personId: org.employee.id });
    expect((await read(attacker.cookie)).status).toBe(401);
  });

  it('gains nothing by a token that was seen before the victim verified themselves again', async () => {
    const victim = new TestPage(org.authority);
    await victim.signIn(org.adminB);
    const seen = { cookie: victim.cookie, csrfToken: victim.csrfToken };
    org.authority.clock.advanceSeconds(301);
    await victim.stepUp(org.adminB);
    const thief = new TestPage(org.authority);
    Object.assign(thief, seen);
    const stolen = await thief.call('POST', '/v1/invitations', { displayName: 'Eve', roles: ['admin'] });
    expect(stolen).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const own = await victim.call('POST', '/v1/invitations', { displayName: 'Ada', roles: ['employee'] });
    expect(own.status).toBe(201);
  });

  it('gains nothing by a second cookie beside the victim’s, of this name or a lesser one', async () => {
    const victim = new TestPage(org.authority);
    await victim.signIn(org.employee);
    const attacker = new TestPage(org.authority);
    await attacker.signIn(org.executive);
    const [mine, theirs] = [victim.cookie ?? '', attacker.cookie ?? ''];
    expect((await read(`${theirs}; ${mine}`)).status).toBe(401);
    const lesser = theirs.replace('__Host-guise', 'guise');
    expect((await read(`${lesser}; ${mine}`)).body).toMatchObject({ personId: org.employee.id });
    expect((await read(lesser)).status).toBe(401);
  });

  it('cannot set a sign-in by address or body', async () => {
    const attacker = new TestPage(org.authority);
    await attacker.signIn(org.executive);
    const token = attacker.cookie?.split('=')[1] ?? '';
    for (const url of [`/v1/me?__Host-guise=${token}`, `/v1/me;__Host-guise=${token}`]) {
      const answer = await new TestPage(org.authority).call('GET', url);
      expect([401, 404]).toContain(answer.status);
    }
  });
});
