import { z } from 'zod';
import type { Transaction } from '../database.js';

/** Everything the database holds about a person, by table; `truncated` names tables of which only the first rows are here. */
export interface PersonExport {
  readonly tables: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
  readonly truncated: readonly string[];
}

const MAX_ROWS = 10_000;

/** Columns that hold a person's id, whatever the table calls them: a table that is added later is exported as well. */
const PERSON_COLUMN =
  /(^topic|person|subject|requester|approver|owner|By|ById|personId|subjectId|requesterId|approverId|ownerId)$/;
/** Columns that name several persons. */
const PERSON_LIST = /^wearers$/;
/** Tables that name nobody and belong to a row that does: by which column, to which table's. */
const PARTS: Readonly<Record<string, { readonly column: string; readonly of: string }>> = {
  NoticeDelivery: { column: 'noticeId', of: 'PersonNotice' },
  Permit: { column: 'sessionId', of: 'WearSession' },
  EvidenceSegment: { column: 'sessionId', of: 'WearSession' },
};
/** Secrets, and what would let somebody act as the person. Bytes (keys, templates, salts) are left out by their type. */
const SECRET_COLUMN = /(hash|token|secret|challenge|code|seed|cookie|jws)$/i;
/** Challenges in flight. */
const SECRET_TABLES: ReadonlySet<string> = new Set(['Ceremony', 'DpopProof']);

const columns = z.array(z.object({ table: z.string(), column: z.string(), type: z.string() }));
type Column = z.infer<typeof columns>[number];

/** Reads every row that names the person, without secrets. Rows that only list the person among others give their id alone. */
export async function exportPerson(tx: Transaction, personId: string): Promise<PersonExport> {
  const tables: Record<string, readonly Record<string, unknown>[]> = {};
  const truncated: string[] = [];
  for (const [table, all] of groupByTable(await readColumns(tx))) {
    const rows = await readRows(tx, table, all, personId);
    if (rows.length > MAX_ROWS) truncated.push(table);
    if (rows.length > 0) tables[table] = rows.slice(0, MAX_ROWS).map(toJson);
  }
  return { tables, truncated };
}

async function readColumns(tx: Transaction): Promise<readonly Column[]> {
  return columns.parse(
    await tx.$queryRaw`
      SELECT table_name AS "table", column_name AS "column", data_type AS "type"
      FROM information_schema.columns WHERE table_schema = current_schema() AND table_name NOT LIKE '\\_%'
      ORDER BY table_name, ordinal_position`,
  );
}

function groupByTable(all: readonly Column[]): ReadonlyMap<string, readonly Column[]> {
  const tables = new Map<string, Column[]>();
  for (const column of all) {
    if (SECRET_TABLES.has(column.table)) continue;
    tables.set(column.table, [...(tables.get(column.table) ?? []), column]);
  }
  return tables;
}

/** Names come from the database's own catalogue and are quoted; the person's id is a parameter. */
async function readRows(
  tx: Transaction,
  table: string,
  all: readonly Column[],
  personId: string,
): Promise<readonly Record<string, unknown>[]> {
  const naming = all.filter(
    ({ column, type }) =>
      type === 'text' && (PERSON_COLUMN.test(column) || (table === 'Person' && column === 'id')),
  );
  const listing = all.filter(({ column, type }) => type === 'ARRAY' && PERSON_LIST.test(column));
  const shown = all.filter(({ column, type }) => type !== 'bytea' && !SECRET_COLUMN.test(column));
  const select = (list: readonly Column[], where: string) =>
    `SELECT ${list.map(({ column }) => quote(column)).join(', ')} FROM ${quote(table)}
     WHERE ${where} ORDER BY 1 LIMIT ${String(MAX_ROWS + 1)}`;
  const part = PARTS[table];
  const named = [
    ...naming.map(({ column }) => `${quote(column)} = $1`),
    ...(part === undefined
      ? []
      : [`${quote(part.column)} IN (SELECT "id" FROM ${quote(part.of)} WHERE "personId" = $1)`]),
  ].join(' OR ');
  const listed = listing.map(({ column }) => `$1 = ANY(${quote(column)})`).join(' OR ');
  const ids = all.filter(({ column }) => column === 'id');
  return rows.parse([
    ...(named === '' ? [] : rows.parse(await tx.$queryRawUnsafe(select(shown, named), personId))),
    ...(listed === '' || ids.length === 0
      ? []
      : rows.parse(
          await tx.$queryRawUnsafe(
            select(ids, named === '' ? listed : `(${listed}) AND NOT coalesce(${named}, false)`),
            personId,
          ),
        )),
  ]);
}

const rows = z.array(z.record(z.string(), z.unknown()));

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function toJson(row: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([key, value]) => [key, typeof value === 'bigint' ? String(value) : value]),
  );
}
