-- Who left, so that what the ledger can prove about them is destroyed after the policy's time (DESIGN §4).
CREATE TABLE "Leaver" (
    "personId" TEXT NOT NULL,
    "leftAt" TIMESTAMP(3) NOT NULL,
    "erasedAt" TIMESTAMP(3),

    CONSTRAINT "Leaver_pkey" PRIMARY KEY ("personId")
);
CREATE INDEX "Leaver_erasedAt_leftAt_idx" ON "Leaver"("erasedAt", "leftAt");

-- Those who left before: their time begins now.
INSERT INTO "Leaver" ("personId", "leftAt") SELECT "id", CURRENT_TIMESTAMP FROM "Person" WHERE "state" = 'left';

-- Who left stays gone, and what was destroyed stays destroyed: their time is not begun anew.
CREATE FUNCTION guise_is_leaver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM "Person" WHERE "id" = NEW."personId" AND "state" = 'left') THEN
    RAISE EXCEPTION 'guise: nobody left' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "leaver_left" BEFORE INSERT ON "Leaver" FOR EACH ROW EXECUTE FUNCTION guise_is_leaver();
CREATE TRIGGER "leaver_stays" BEFORE UPDATE ON "Leaver" FOR EACH ROW
  WHEN ((OLD."personId", OLD."leftAt") IS DISTINCT FROM (NEW."personId", NEW."leftAt") OR OLD."erasedAt" IS NOT NULL)
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "leaver_kept" BEFORE DELETE ON "Leaver" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();

-- What is gone is compared with what the log says was erased, every hour.
CREATE INDEX "ledger_entry_erased" ON "LedgerEntry" ("id") WHERE "payload" IS NULL OR "salt" IS NULL;
