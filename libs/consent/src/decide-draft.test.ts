import { describe, expect, it } from 'vitest';
import type { Actor } from './avatar-case.js';
import { decideDraft, decidePicture } from './decide-draft.js';
import { DEFAULT_POLICY } from './policy.js';

const admin: Actor = { id: 'per_admin', roles: ['admin'] };
const employee: Actor = { id: 'per_employee', roles: ['employee'] };
const facts = { subjectEnrolled: true, matchesSubject: true, matchesAnyone: false, viewsShowPicture: true };

describe('drafts', () => {
  it('of an own face come from its owner and show a person', () => {
    const own = { kind: 'own-face', likeness: 'person', subject: employee.id } as const;
    expect(decideDraft(employee, own, DEFAULT_POLICY)).toContain('own-face-drafted-by-owner');
    expect(() => decideDraft(admin, own, DEFAULT_POLICY)).toThrow('own-face-drafted-by-owner');
    expect(() => decideDraft(employee, { ...own, likeness: 'artwork' }, DEFAULT_POLICY)).toThrow(
      'own-face-shows-person',
    );
  });

  it('of executive and stylised avatars come from admins', () => {
    const executive = { kind: 'executive', likeness: 'person', subject: employee.id } as const;
    const stylised = { kind: 'stylised', likeness: 'artwork', subject: employee.id } as const;
    expect(decideDraft(admin, executive, DEFAULT_POLICY)).toEqual(['policy-allows-kind', 'admin-drafts']);
    expect(decideDraft(admin, stylised, DEFAULT_POLICY)).toContain('stylised-shows-artwork');
    expect(() => decideDraft(employee, executive, DEFAULT_POLICY)).toThrow('admin-drafts');
    expect(() => decideDraft(employee, stylised, DEFAULT_POLICY)).toThrow('admin-drafts');
    expect(() => decideDraft(admin, { ...stylised, likeness: 'person' }, DEFAULT_POLICY)).toThrow(
      'stylised-shows-artwork',
    );
  });

  it('of a person show the subject’s enrolled face', () => {
    const draft = { kind: 'executive', likeness: 'person', subject: employee.id } as const;
    expect(decidePicture(draft, facts)).toContain('likeness-matches-subject');
    expect(() => decidePicture(draft, { ...facts, matchesSubject: false })).toThrow(
      'likeness-matches-subject',
    );
    expect(() => decidePicture(draft, { ...facts, subjectEnrolled: false })).toThrow(
      'subject-has-source-face',
    );
  });

  it('of artwork show nobody who is registered', () => {
    const draft = { kind: 'executive', likeness: 'artwork', subject: employee.id } as const;
    expect(decidePicture(draft, facts)).toEqual(['views-show-picture', 'artwork-matches-nobody']);
    expect(() => decidePicture(draft, { ...facts, matchesAnyone: true })).toThrow('artwork-matches-nobody');
  });

  it.each([
    { kind: 'executive', likeness: 'person', subject: employee.id },
    { kind: 'stylised', likeness: 'artwork', subject: employee.id },
  ] as const)('of a $likeness have views of one face only', (draft) => {
    expect(() => decidePicture(draft, { ...facts, viewsShowPicture: false })).toThrow('views-show-picture');
    expect(decidePicture(draft, facts)).toContain('views-show-picture');
  });
});
