-- Token status lists: an index is drawn at random within a list, so that it counts no permits.

CREATE TABLE "StatusList" (
    "id" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "sealedAt" TIMESTAMP(3),

    CONSTRAINT "StatusList_pkey" PRIMARY KEY ("id")
);

CREATE TABLE "StatusEntry" (
    "listId" TEXT NOT NULL,
    "index" INTEGER NOT NULL,
    "status" SMALLINT NOT NULL DEFAULT 0,

    CONSTRAINT "StatusEntry_pkey" PRIMARY KEY ("listId","index")
);
ALTER TABLE "StatusEntry" ADD CONSTRAINT "StatusEntry_listId_fkey" FOREIGN KEY ("listId") REFERENCES "StatusList"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- Permits from before this migration lived for five minutes and are in no list.
ALTER TABLE "Permit" ADD COLUMN "statusListId" TEXT NOT NULL DEFAULT '1';
ALTER TABLE "Permit" ALTER COLUMN "statusListId" DROP DEFAULT;
ALTER TABLE "Permit" ALTER COLUMN "statusIndex" DROP DEFAULT;
DROP SEQUENCE "Permit_statusIndex_seq";
DROP INDEX "Permit_statusIndex_key";
CREATE UNIQUE INDEX "Permit_statusListId_statusIndex_key" ON "Permit"("statusListId", "statusIndex");

-- 2^20 entries of two bits (libs/permit STATUS_LIST_SIZE): valid, invalid, suspended.
ALTER TABLE "StatusEntry" ADD CONSTRAINT "status_entry_index" CHECK ("index" BETWEEN 0 AND 1048575);
ALTER TABLE "StatusEntry" ADD CONSTRAINT "status_entry_status" CHECK ("status" IN (0, 1, 2));
-- What a list is built of.
CREATE INDEX "status_entry_changed" ON "StatusEntry" ("listId") WHERE "status" <> 0;
-- Invalid is for ever; suspended may become invalid, never valid: a suspended session does not go on.
CREATE TRIGGER "status_entry_ends" BEFORE UPDATE ON "StatusEntry" FOR EACH ROW
  WHEN (OLD."listId" <> NEW."listId" OR OLD."index" <> NEW."index" OR NEW."status" = 0
    OR (OLD."status" = 1 AND NEW."status" <> 1))
  EXECUTE FUNCTION guise_refuse_change();
