-- Passkeys get a short id for addresses, a name, and an end.
ALTER TABLE "Passkey" ADD COLUMN "handle" TEXT, ADD COLUMN "name" TEXT NOT NULL DEFAULT 'Passkey',
  ADD COLUMN "removedAt" TIMESTAMP(3);
-- Of the credential id's SHA-256, in the letters of our ids.
UPDATE "Passkey" SET "handle" =
  'pky_' || translate(substr(encode(sha256("id"::bytea), 'hex'), 1, 26), '0189', 'ghij');
ALTER TABLE "Passkey" ALTER COLUMN "handle" SET NOT NULL, ALTER COLUMN "name" DROP DEFAULT;
CREATE UNIQUE INDEX "Passkey_handle_key" ON "Passkey"("handle");

-- Sign-ins get an id that outlives rotation, and an idle limit. Whoever is signed in signs in again.
DELETE FROM "SignIn";
ALTER TABLE "SignIn" ADD COLUMN "id" TEXT NOT NULL, ADD COLUMN "carrier" TEXT NOT NULL,
  ADD COLUMN "client" TEXT NOT NULL, ADD COLUMN "lastUsedAt" TIMESTAMP(3) NOT NULL;
CREATE UNIQUE INDEX "SignIn_id_key" ON "SignIn"("id");
ALTER TABLE "SignIn" ADD CONSTRAINT "sign_in_carrier" CHECK ("carrier" IN ('bearer', 'cookie'));

-- Guards, as in 0002: whose a passkey is and its key never change, a removed one stays removed, and nobody is left
-- without one by removing it.
CREATE TRIGGER "passkey_immutable" BEFORE UPDATE ON "Passkey" FOR EACH ROW
  WHEN ((OLD."id", OLD."handle", OLD."personId", OLD."publicKey", OLD."createdAt")
      IS DISTINCT FROM (NEW."id", NEW."handle", NEW."personId", NEW."publicKey", NEW."createdAt")
    OR (OLD."removedAt" IS NOT NULL AND NEW."removedAt" IS DISTINCT FROM OLD."removedAt"))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "passkey_kept" BEFORE DELETE ON "Passkey" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();
CREATE FUNCTION guise_a_passkey_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM "Passkey" WHERE "personId" = OLD."personId" AND "id" <> OLD."id"
      AND "removedAt" IS NULL AND "clonedAt" IS NULL) THEN
    RAISE EXCEPTION 'guise: the last passkey stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "passkey_last_stays" BEFORE UPDATE ON "Passkey" FOR EACH ROW
  WHEN (OLD."removedAt" IS NULL AND NEW."removedAt" IS NOT NULL) EXECUTE FUNCTION guise_a_passkey_stays();
