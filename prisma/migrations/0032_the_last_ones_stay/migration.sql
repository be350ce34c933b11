-- What must not become none is counted under a lock: of two transactions that each leave the other's, the second sees what the
-- first did. A statement of a trigger reads what was committed before it began, and it begins when the lock was given.

-- An admin is the only way in for everybody else: one stays. The same lock as the service takes (lockAdmins).
CREATE FUNCTION guise_an_admin_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(7310579605);
  IF NOT EXISTS (SELECT FROM "Person" WHERE "id" <> OLD."id" AND "state" = 'active' AND 'admin' = ANY("roles")) THEN
    RAISE EXCEPTION 'guise: the last admin stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "person_last_admin_stays" BEFORE UPDATE ON "Person" FOR EACH ROW
  WHEN (OLD."state" = 'active' AND 'admin' = ANY(OLD."roles")
    AND NOT (NEW."state" = 'active' AND 'admin' = ANY(NEW."roles")))
  EXECUTE FUNCTION guise_an_admin_stays();

-- As in 0011, under the lock of the person that the service takes as well (lockPasskeys).
CREATE OR REPLACE FUNCTION guise_a_passkey_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM "Person" WHERE "id" = OLD."personId" FOR NO KEY UPDATE;
  IF NOT EXISTS (SELECT FROM "Passkey" WHERE "personId" = OLD."personId" AND "id" <> OLD."id"
      AND "removedAt" IS NULL AND "clonedAt" IS NULL) THEN
    RAISE EXCEPTION 'guise: the last passkey stays' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
