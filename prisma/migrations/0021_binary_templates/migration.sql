-- Templates are binarised: one for 1:N comparison under the tenant's seed, one that the owner's devices compare with under the
-- face's own. Neither follows from a rotated embedding within SQL, and only active faces keep theirs: whoever registered a face
-- before this enrols again.
ALTER TABLE "SourceFace" DROP CONSTRAINT "source_face_template_length";
UPDATE "SourceFace" SET "state" = 'erased', "activeFor" = NULL, "endedAt" = now() WHERE "state" = 'active';
ALTER TABLE "SourceFace" RENAME COLUMN "template" TO "searchTemplate";
ALTER TABLE "SourceFace" ADD COLUMN "wearerTemplate" BYTEA;
UPDATE "SourceFace" SET "searchTemplate" = '', "wearerTemplate" = '';
ALTER TABLE "SourceFace" ALTER COLUMN "wearerTemplate" SET NOT NULL;
ALTER TABLE "SourceFace" ADD CONSTRAINT "source_face_template_lengths" CHECK (
  octet_length("searchTemplate") = CASE WHEN "state" = 'active' THEN 256 ELSE 0 END
  AND octet_length("wearerTemplate") = octet_length("searchTemplate"));

-- Every change of a face takes the next number, under the lock that lets one change at a time through (7310579604): whoever
-- reads on from the largest number seen misses none.
ALTER TABLE "SourceFace" ADD COLUMN "change" BIGSERIAL NOT NULL;
CREATE UNIQUE INDEX "SourceFace_change_key" ON "SourceFace"("change");
CREATE FUNCTION count_source_face_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7310579604);
  NEW."change" := nextval(pg_get_serial_sequence('"SourceFace"', 'change'));
  RETURN NEW;
END $$;
CREATE TRIGGER source_face_change BEFORE INSERT OR UPDATE ON "SourceFace"
  FOR EACH ROW EXECUTE FUNCTION count_source_face_change();

ALTER TABLE "Device" DROP COLUMN "rotationSalt";
