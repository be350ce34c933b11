-- The ledger only grows (THREATS 18, 20). A service bug or a second writer cannot rewrite it; whoever has the database
-- itself can, and is found out by the proofs.

ALTER TABLE "LedgerHead" ADD CONSTRAINT "ledger_head_single" CHECK ("id" = 1);
ALTER TABLE "LedgerEntry" ADD CONSTRAINT "ledger_entry_lengths"
  CHECK (octet_length("commitment") = 32 AND (("payload" IS NULL) = ("salt" IS NULL)) AND ("salt" IS NULL OR octet_length("salt") = 32));
ALTER TABLE "LedgerTile" ADD CONSTRAINT "ledger_tile_width" CHECK ("width" BETWEEN 1 AND 256);
ALTER TABLE "WearSession" ADD CONSTRAINT "wear_session_state" CHECK ("state" IN ('live', 'revoked', 'closed'));
ALTER TABLE "WearSession" ADD CONSTRAINT "wear_session_number" CHECK ("number" BETWEEN 1 AND 17592186044415);

-- What waits for its place: the sequencer asks for it all the time.
CREATE INDEX "ledger_entry_staged" ON "LedgerEntry" ("id") WHERE "leafIndex" IS NULL;

-- An entry gets its place once; its payload and salt may be destroyed together, never exchanged; nothing is deleted.
CREATE TRIGGER "ledger_entry_immutable" BEFORE UPDATE ON "LedgerEntry" FOR EACH ROW
  WHEN ((OLD."id", OLD."kind", OLD."topic", OLD."commitment", OLD."stagedAt")
    IS DISTINCT FROM (NEW."id", NEW."kind", NEW."topic", NEW."commitment", NEW."stagedAt")
    OR (OLD."leafIndex" IS NOT NULL AND NEW."leafIndex" IS DISTINCT FROM OLD."leafIndex")
    OR (NEW."payload" IS NOT NULL AND NEW."payload" IS DISTINCT FROM OLD."payload")
    OR (NEW."salt" IS NOT NULL AND NEW."salt" IS DISTINCT FROM OLD."salt"))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "ledger_entry_kept" BEFORE DELETE ON "LedgerEntry" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "ledger_tile_grows" BEFORE UPDATE ON "LedgerTile" FOR EACH ROW
  WHEN (NEW."width" < OLD."width" OR substring(NEW."bytes" FOR octet_length(OLD."bytes")) <> OLD."bytes")
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "ledger_tile_kept" BEFORE DELETE ON "LedgerTile" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "ledger_checkpoint_kept" BEFORE UPDATE OR DELETE ON "LedgerCheckpoint" FOR EACH ROW
  EXECUTE FUNCTION guise_refuse_change();

-- A session ends once, its commitments never change, and evidence is not taken back.
CREATE TRIGGER "wear_session_immutable" BEFORE UPDATE ON "WearSession" FOR EACH ROW
  WHEN ((OLD."id", OLD."number", OLD."personId", OLD."deviceId", OLD."avatarId", OLD."consentId", OLD."opening",
         OLD."chainEnd", OLD."chainLength", OLD."openedAt")
    IS DISTINCT FROM (NEW."id", NEW."number", NEW."personId", NEW."deviceId", NEW."avatarId", NEW."consentId",
         NEW."opening", NEW."chainEnd", NEW."chainLength", NEW."openedAt")
    OR (OLD."state" <> 'live' AND NEW."state" = 'live'))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "permit_immutable" BEFORE UPDATE OR DELETE ON "Permit" FOR EACH ROW
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "evidence_segment_immutable" BEFORE UPDATE OR DELETE ON "EvidenceSegment" FOR EACH ROW
  EXECUTE FUNCTION guise_refuse_change();
