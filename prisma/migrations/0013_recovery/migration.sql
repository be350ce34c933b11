-- CreateTable
CREATE TABLE "Recovery" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'requested',
    "openFor" TEXT,
    "requestedById" TEXT NOT NULL,
    "requestedAt" TIMESTAMP(3) NOT NULL,
    "approvedById" TEXT,
    "approvedAt" TIMESTAMP(3),
    "readyAt" TIMESTAMP(3),
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "requesterPartHash" TEXT,
    "approverPartHash" TEXT,
    "endedById" TEXT,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "Recovery_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "PersonNotice" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "text" TEXT NOT NULL,
    "about" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "delivered" TEXT[],

    CONSTRAINT "PersonNotice_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "Recovery_openFor_key" ON "Recovery"("openFor");

-- CreateIndex
CREATE INDEX "Recovery_personId_idx" ON "Recovery"("personId");

-- CreateIndex
CREATE INDEX "Recovery_requestedAt_idx" ON "Recovery"("requestedAt");

-- CreateIndex
CREATE INDEX "PersonNotice_personId_createdAt_idx" ON "PersonNotice"("personId", "createdAt");

-- CreateIndex
CREATE INDEX "PersonNotice_createdAt_idx" ON "PersonNotice"("createdAt");

-- Guards, as in 0002: four eyes beside the person's own, a day between approval and use, and no way back.
ALTER TABLE "Recovery" ADD CONSTRAINT "recovery_state"
  CHECK ("state" IN ('requested', 'approved', 'cancelled', 'completed', 'expired')
    AND ("state" IN ('requested', 'approved')) = ("openFor" IS NOT NULL)
    AND ("openFor" IS NULL OR "openFor" = "personId")
    AND ("state" IN ('requested', 'approved')) = ("endedAt" IS NULL));
ALTER TABLE "Recovery" ADD CONSTRAINT "recovery_four_eyes"
  CHECK ("requestedById" <> "personId"
    AND ("approvedById" IS NULL OR ("approvedById" <> "personId" AND "approvedById" <> "requestedById"))
    AND ("approvedById" IS NULL) = ("approvedAt" IS NULL) AND ("approvedById" IS NULL) = ("readyAt" IS NULL)
    AND ("state" NOT IN ('approved', 'completed') OR "approvedById" IS NOT NULL));
ALTER TABLE "Recovery" ADD CONSTRAINT "recovery_delay"
  CHECK (("readyAt" IS NULL OR "readyAt" >= "approvedAt" + INTERVAL '24 hours')
    AND ("state" <> 'completed' OR "endedAt" >= "readyAt")
    AND ("readyAt" IS NOT NULL OR ("requesterPartHash" IS NULL AND "approverPartHash" IS NULL)));
CREATE TRIGGER "recovery_way" BEFORE UPDATE ON "Recovery" FOR EACH ROW
  WHEN (OLD."state" NOT IN ('requested', 'approved')
    OR (OLD."id", OLD."personId", OLD."reason", OLD."requestedById", OLD."requestedAt")
      IS DISTINCT FROM (NEW."id", NEW."personId", NEW."reason", NEW."requestedById", NEW."requestedAt")
    OR (OLD."approvedById" IS NOT NULL AND (OLD."approvedById", OLD."approvedAt", OLD."readyAt")
      IS DISTINCT FROM (NEW."approvedById", NEW."approvedAt", NEW."readyAt")))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "recovery_begins" BEFORE INSERT ON "Recovery" FOR EACH ROW
  WHEN (NEW."state" <> 'requested' OR NEW."approvedById" IS NOT NULL) EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "recovery_kept" BEFORE DELETE ON "Recovery" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();
