-- CreateTable
CREATE TABLE "AdminGrant" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "slot" INTEGER,
    "state" TEXT NOT NULL DEFAULT 'requested',
    "openFor" TEXT,
    "requestedById" TEXT,
    "requestedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "decidedById" TEXT,
    "decidedAt" TIMESTAMP(3),

    CONSTRAINT "AdminGrant_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "AdminGrant_slot_key" ON "AdminGrant"("slot");

-- CreateIndex
CREATE UNIQUE INDEX "AdminGrant_openFor_key" ON "AdminGrant"("openFor");

-- CreateIndex
CREATE INDEX "AdminGrant_personId_idx" ON "AdminGrant"("personId");

-- CreateIndex
CREATE INDEX "AdminGrant_requestedAt_idx" ON "AdminGrant"("requestedAt");

-- Who is admin already was made so under the earlier rule: of them, two count as the first two.
INSERT INTO "AdminGrant" ("id", "personId", "kind", "slot", "state", "requestedAt", "expiresAt")
SELECT 'adg_' || translate(substr(encode(sha256("id"::bytea), 'hex'), 1, 26), '0189', 'ghij'), "id", 'bootstrap',
  row_number() OVER (ORDER BY "createdAt", "id"), 'used', "createdAt", "createdAt"
FROM "Person" WHERE 'admin' = ANY("roles") ORDER BY "createdAt", "id" LIMIT 2;

-- Guards, as in 0002: three different persons, two beginnings, no way back, and no admin without a grant.
ALTER TABLE "AdminGrant" ADD CONSTRAINT "admin_grant_state"
  CHECK ("state" IN ('requested', 'approved', 'used', 'cancelled')
    AND ("state" = 'requested') = ("openFor" IS NOT NULL) AND ("openFor" IS NULL OR "openFor" = "personId"));
ALTER TABLE "AdminGrant" ADD CONSTRAINT "admin_grant_kind"
  CHECK (("kind" = 'bootstrap' AND "slot" IN (1, 2)) OR ("kind" = 'two-admins' AND "slot" IS NULL
    AND "requestedById" IS NOT NULL));
ALTER TABLE "AdminGrant" ADD CONSTRAINT "admin_grant_two_admins"
  CHECK ("requestedById" <> "personId" AND ("decidedById" IS NULL) = ("decidedAt" IS NULL)
    AND ("kind" <> 'two-admins' OR "state" NOT IN ('approved', 'used')
      OR ("decidedById" IS NOT NULL AND "decidedById" <> "personId" AND "decidedById" <> "requestedById")));
CREATE TRIGGER "admin_grant_way" BEFORE UPDATE ON "AdminGrant" FOR EACH ROW
  WHEN (OLD."state" IN ('used', 'cancelled') OR (OLD."state" = 'approved' AND NEW."state" <> 'used')
    OR (OLD."id", OLD."personId", OLD."kind", OLD."slot", OLD."requestedById", OLD."requestedAt")
      IS DISTINCT FROM (NEW."id", NEW."personId", NEW."kind", NEW."slot", NEW."requestedById", NEW."requestedAt")
    OR (OLD."decidedById" IS NOT NULL AND OLD."decidedById" IS DISTINCT FROM NEW."decidedById"))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "admin_grant_begins" BEFORE INSERT ON "AdminGrant" FOR EACH ROW
  WHEN (NOT ((NEW."kind" = 'bootstrap' AND NEW."state" = 'approved')
    OR (NEW."kind" = 'two-admins' AND NEW."state" = 'requested' AND NEW."decidedById" IS NULL)))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "admin_grant_kept" BEFORE DELETE ON "AdminGrant" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();

-- Both admins must be admins when it takes effect: an approval by somebody who is none is none.
CREATE FUNCTION guise_admin_needs_grant() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE "AdminGrant" SET "state" = 'used'
  WHERE "personId" = NEW."id" AND "state" = 'approved' AND ("kind" = 'bootstrap' OR (
    SELECT count(*) FROM "Person" WHERE "id" IN ("AdminGrant"."requestedById", "AdminGrant"."decidedById")
      AND "state" = 'active' AND 'admin' = ANY("roles")) = 2);
  IF NOT FOUND THEN
    RAISE EXCEPTION 'guise: making an admin takes two admins' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "person_admin_granted" BEFORE INSERT ON "Person" FOR EACH ROW
  WHEN ('admin' = ANY(NEW."roles")) EXECUTE FUNCTION guise_admin_needs_grant();
CREATE TRIGGER "person_admin_regranted" BEFORE UPDATE ON "Person" FOR EACH ROW
  WHEN ('admin' = ANY(NEW."roles") AND NOT 'admin' = ANY(OLD."roles")) EXECUTE FUNCTION guise_admin_needs_grant();
