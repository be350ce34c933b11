-- CreateTable
CREATE TABLE "Policy" (
    "id" TEXT NOT NULL,
    "document" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'proposed',
    "version" INTEGER,
    "inForce" TEXT,
    "supersedesId" TEXT,
    "proposedById" TEXT NOT NULL,
    "proposedAt" TIMESTAMP(3) NOT NULL,
    "decidedById" TEXT,
    "decidedAt" TIMESTAMP(3),
    "sha256" TEXT,
    "statement" TEXT,
    "assertion" TEXT,
    "credentialId" TEXT,

    CONSTRAINT "Policy_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Decision" (
    "id" BIGSERIAL NOT NULL,
    "at" TIMESTAMP(3) NOT NULL,
    "topic" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "subjectId" TEXT,
    "avatarId" TEXT,
    "allowed" BOOLEAN NOT NULL,
    "rules" TEXT[],
    "policyVersion" INTEGER NOT NULL,

    CONSTRAINT "Decision_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Policy_version_key" ON "Policy"("version");

-- CreateIndex
CREATE UNIQUE INDEX "Policy_inForce_key" ON "Policy"("inForce");

-- CreateIndex
CREATE UNIQUE INDEX "Policy_sha256_key" ON "Policy"("sha256");

-- CreateIndex
CREATE INDEX "Policy_state_idx" ON "Policy"("state");

-- CreateIndex
CREATE INDEX "Decision_personId_id_idx" ON "Decision"("personId", "id");

-- CreateIndex
CREATE INDEX "Decision_subjectId_id_idx" ON "Decision"("subjectId", "id");

-- CreateIndex
CREATE INDEX "Decision_at_idx" ON "Decision"("at");

-- Guards, as in 0002. Maker ≠ checker, a signature for whatever came into force, one policy at a time, and the legal
-- minimum (DESIGN §2): an executive avatar takes two admins, every other one, and a consent lasts a year at most.
ALTER TABLE "Policy" ADD CONSTRAINT "policy_state"
  CHECK ("state" IN ('proposed', 'in-force', 'superseded', 'rejected')
    AND ("state" = 'in-force') = ("inForce" IS NOT NULL) AND ("inForce" IS NULL OR "inForce" = 'policy')
    AND ("state" = 'proposed') = ("decidedById" IS NULL)
    AND ("state" IN ('in-force', 'superseded')) = ("version" IS NOT NULL AND "sha256" IS NOT NULL
      AND "statement" IS NOT NULL AND "assertion" IS NOT NULL AND "credentialId" IS NOT NULL));
ALTER TABLE "Policy" ADD CONSTRAINT "policy_maker_is_not_checker" CHECK ("decidedById" <> "proposedById");
ALTER TABLE "Policy" ADD CONSTRAINT "policy_legal_minimum"
  CHECK (coalesce(("document"->'approvals'->>'executive')::int >= 2
    AND ("document"->'approvals'->>'own-face')::int >= 1
    AND ("document"->'approvals'->>'stylised')::int >= 1
    AND ("document"->>'maxConsentDays')::int BETWEEN 1 AND 366
    AND starts_with("document"->'label'->>'text', 'AI MODIFIED'), false));

CREATE FUNCTION guise_policy_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD."id", OLD."document", OLD."proposedById", OLD."proposedAt")
      IS DISTINCT FROM (NEW."id", NEW."document", NEW."proposedById", NEW."proposedAt")
    OR (OLD."state" <> 'proposed'
      AND ((OLD."version", OLD."supersedesId", OLD."decidedById", OLD."decidedAt", OLD."sha256", OLD."statement",
            OLD."assertion", OLD."credentialId")
          IS DISTINCT FROM (NEW."version", NEW."supersedesId", NEW."decidedById", NEW."decidedAt", NEW."sha256",
            NEW."statement", NEW."assertion", NEW."credentialId")
        OR (OLD."state", NEW."state") <> ('in-force', 'superseded'))) THEN
    RAISE EXCEPTION 'guise: a policy is decided once' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "policy_way" BEFORE UPDATE ON "Policy" FOR EACH ROW EXECUTE FUNCTION guise_policy_way();
CREATE TRIGGER "policy_begins" BEFORE INSERT ON "Policy" FOR EACH ROW
  WHEN (NEW."state" <> 'proposed') EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "policy_kept" BEFORE DELETE ON "Policy" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "decision_immutable" BEFORE UPDATE ON "Decision" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();
