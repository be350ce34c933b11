-- Making an admin takes two: where at most one is left, that is nobody, and whoever runs the machine lets one in. Only then.
ALTER TABLE "AdminGrant" DROP CONSTRAINT "admin_grant_kind";
ALTER TABLE "AdminGrant" ADD CONSTRAINT "admin_grant_kind"
  CHECK (("kind" = 'bootstrap' AND "slot" IN (1, 2))
    OR ("kind" = 'two-admins' AND "slot" IS NULL AND "requestedById" IS NOT NULL)
    OR ("kind" = 'operator' AND "slot" IS NULL AND "requestedById" IS NULL AND "decidedById" IS NULL));
DROP TRIGGER "admin_grant_begins" ON "AdminGrant";
CREATE TRIGGER "admin_grant_begins" BEFORE INSERT ON "AdminGrant" FOR EACH ROW
  WHEN (NOT ((NEW."kind" IN ('bootstrap', 'operator') AND NEW."state" = 'approved')
    OR (NEW."kind" = 'two-admins' AND NEW."state" = 'requested' AND NEW."decidedById" IS NULL)))
  EXECUTE FUNCTION guise_refuse_change();

CREATE FUNCTION guise_operator_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT count(*) FROM "Person" WHERE "state" = 'active' AND 'admin' = ANY("roles")) > 1 THEN
    RAISE EXCEPTION 'guise: there are two admins, who make others admin' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "admin_grant_by_operator" BEFORE INSERT ON "AdminGrant" FOR EACH ROW
  WHEN (NEW."kind" = 'operator') EXECUTE FUNCTION guise_operator_grant();

-- As in 0015, with the operator's grants beside those of the beginning; again only while at most one admin is left.
CREATE OR REPLACE FUNCTION guise_admin_needs_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "AdminGrant" SET "state" = 'used'
  WHERE "personId" = NEW."id" AND "state" = 'approved' AND ("kind" = 'bootstrap'
    OR ("kind" = 'operator'
      AND (SELECT count(*) FROM "Person" WHERE "state" = 'active' AND 'admin' = ANY("roles")) <= 1)
    OR (
    SELECT count(*) FROM "Person" WHERE "id" IN ("AdminGrant"."requestedById", "AdminGrant"."decidedById")
      AND "state" = 'active' AND 'admin' = ANY("roles")) = 2);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'guise: making an admin takes two admins' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
