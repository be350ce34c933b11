/** What an attacker of mass assignment adds to bodies, and where. */

/** Found in the database, it came in where nothing should. */
export const MARK = 'mass-assigned';

/** What one would love to set, and the shapes that an ORM or a careless copy would act on. */
export const PRIVILEGED: Readonly<Record<string, unknown>> = {
  id: `per_${'a'.repeat(26)}`,
  role: 'admin',
  roles: ['admin', MARK],
  isAdmin: true,
  state: 'active',
  approvals: [MARK],
  approvalsNeeded: 0,
  subject: `per_${'a'.repeat(26)}`,
  personId: `per_${'a'.repeat(26)}`,
  createdAt: 0,
  notBefore: 0,
  data: { roles: { set: ['admin', MARK] } },
  person: { connect: { id: `per_${'a'.repeat(26)}`, displayName: MARK } },
};

/** Members that would poison a prototype: the parser refuses the whole body. */
export const POISON: readonly Readonly<Record<string, unknown>>[] = [
  { ['__proto__']: { roles: ['admin'], [MARK]: true } },
  { constructor: { prototype: { roles: ['admin'], [MARK]: true } } },
];

export interface PlacedMember {
  /** RFC 6901 pointer of the added member. */
  readonly pointer: string;
  readonly body: object;
}

/**
 * The body once for each object in it and each member of `extra` which that object has not: with that member added.
 * @param open pointers of objects that take any member
 */
export function withEachMember(
  body: object,
  extra: Readonly<Record<string, unknown>>,
  open: readonly string[] = [],
): PlacedMember[] {
  const placed: PlacedMember[] = [];
  for (const { pointer, value, put } of objectsIn(body, '', (changed) => changed)) {
    if (open.includes(pointer)) continue;
    for (const [name, foreign] of Object.entries(extra)) {
      if (Object.hasOwn(value, name)) continue;
      placed.push({ pointer: `${pointer}/${name}`, body: put({ ...value, [name]: foreign }) });
    }
  }
  return placed;
}

/** The body with `extra` in every object that takes any member. */
export function withOpenMembers(body: object, extra: object, open: readonly string[]): object {
  return open.reduce<object>((changed, pointer) => {
    const found = objectsIn(changed, '', (each) => each).find((each) => each.pointer === pointer);
    return found === undefined ? changed : found.put({ ...found.value, ...extra });
  }, body);
}

interface Place {
  readonly pointer: string;
  readonly value: object;
  /** The whole body with another value here. */
  readonly put: (changed: object) => object;
}

function objectsIn(value: unknown, pointer: string, put: (changed: object) => object): Place[] {
  if (Array.isArray(value)) {
    const items: readonly unknown[] = value;
    return items.flatMap((item, index) =>
      objectsIn(item, `${pointer}/${String(index)}`, (changed) => put(items.with(index, changed))),
    );
  }
  if (typeof value !== 'object' || value === null) return [];
  const below = Object.entries(value).flatMap(([name, member]) =>
    objectsIn(member, `${pointer}/${name}`, (changed) => put({ ...value, [name]: changed })),
  );
  return [{ pointer, value, put }, ...below];
}
