-- DropIndex
DROP INDEX "Approval_avatarId_approverId_key";

-- AlterTable
ALTER TABLE "Approval" ADD COLUMN     "suspension" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Avatar" ADD COLUMN     "suspensions" INTEGER NOT NULL DEFAULT 0;

-- AlterTable
ALTER TABLE "Consent" ADD COLUMN     "supersedesId" TEXT;

-- CreateIndex
CREATE UNIQUE INDEX "Approval_avatarId_approverId_consentSha256_suspension_key" ON "Approval"("avatarId", "approverId", "consentSha256", "suspension");

-- CreateIndex
CREATE UNIQUE INDEX "Consent_supersedesId_key" ON "Consent"("supersedesId");

-- AddForeignKey
ALTER TABLE "Consent" ADD CONSTRAINT "Consent_supersedesId_fkey" FOREIGN KEY ("supersedesId") REFERENCES "Consent"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Guards, as in 0002: what libs/consent decides, the database holds as well.
ALTER TABLE "Approval" DROP CONSTRAINT "approval_decision";
ALTER TABLE "Approval" ADD CONSTRAINT "approval_decision"
  CHECK ("decision" IN ('approve', 'reject', 'resume') AND ("decision" = 'resume') = ("suspension" > 0));

-- An amended consent is of the same avatar and subject as the one it replaces, which has ended.
CREATE FUNCTION guise_amendment_replaces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM "Consent"
    WHERE "id" = NEW."supersedesId" AND "avatarId" = NEW."avatarId" AND "subjectId" = NEW."subjectId"
      AND "state" = 'withdrawn'
  ) THEN
    RAISE EXCEPTION 'guise: an amendment replaces an ended consent of its own avatar'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "consent_amendment_replaces" BEFORE INSERT ON "Consent" FOR EACH ROW
  WHEN (NEW."supersedesId" IS NOT NULL) EXECUTE FUNCTION guise_amendment_replaces();
CREATE TRIGGER "consent_amendment_immutable" BEFORE UPDATE ON "Consent" FOR EACH ROW
  WHEN (OLD."supersedesId" IS DISTINCT FROM NEW."supersedesId") EXECUTE FUNCTION guise_refuse_change();

-- An approval is of the consent in force of its own avatar, and a resumption of the present suspension.
CREATE FUNCTION guise_approval_fits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM "Consent" JOIN "Avatar" ON "Avatar"."id" = "Consent"."inForceFor"
    WHERE "Avatar"."id" = NEW."avatarId" AND "Consent"."sha256" = NEW."consentSha256"
      AND (NEW."decision" <> 'resume'
        OR ("Avatar"."state" = 'suspended' AND "Avatar"."suspensions" = NEW."suspension"))
  ) THEN
    RAISE EXCEPTION 'guise: an approval is of the consent in force' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "approval_fits" BEFORE INSERT ON "Approval" FOR EACH ROW EXECUTE FUNCTION guise_approval_fits();

-- The ways between states (DESIGN §4). Back to active leads from a suspension that two admins lifted, and nowhere else.
CREATE FUNCTION guise_avatar_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD."state", NEW."state") NOT IN (
    ('draft', 'awaiting-consent'), ('draft', 'erased'),
    ('awaiting-consent', 'awaiting-approval'), ('awaiting-consent', 'suspended'), ('awaiting-consent', 'withdrawn'),
    ('awaiting-approval', 'active'), ('awaiting-approval', 'suspended'), ('awaiting-approval', 'withdrawn'),
    ('awaiting-approval', 'expired'),
    ('active', 'awaiting-approval'), ('active', 'suspended'), ('active', 'withdrawn'), ('active', 'expired'),
    ('suspended', 'active'), ('suspended', 'withdrawn'), ('suspended', 'expired'),
    ('withdrawn', 'erased'), ('expired', 'erased')
  ) THEN
    RAISE EXCEPTION 'guise: no way from % to %', OLD."state", NEW."state"
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  IF NEW."state" = 'active' AND OLD."state" = 'suspended' AND (
    SELECT count(DISTINCT "approverId") FROM "Approval"
    WHERE "avatarId" = NEW."id" AND "decision" = 'resume' AND "suspension" = OLD."suspensions"
  ) < 2 THEN
    RAISE EXCEPTION 'guise: two admins lift a suspension' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "avatar_way" BEFORE UPDATE ON "Avatar" FOR EACH ROW
  WHEN (OLD."state" <> NEW."state") EXECUTE FUNCTION guise_avatar_way();
CREATE TRIGGER "avatar_begins" BEFORE INSERT ON "Avatar" FOR EACH ROW
  WHEN (NEW."state" NOT IN ('draft', 'awaiting-consent')) EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "avatar_suspensions_count" BEFORE UPDATE ON "Avatar" FOR EACH ROW
  WHEN (NEW."suspensions" <> OLD."suspensions"
    + CASE WHEN OLD."state" <> 'suspended' AND NEW."state" = 'suspended' THEN 1 ELSE 0 END)
  EXECUTE FUNCTION guise_refuse_change();
