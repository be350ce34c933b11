-- CreateTable
CREATE TABLE "ConsentRequest" (
    "id" TEXT NOT NULL,
    "avatarId" TEXT NOT NULL,
    "requesterId" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "purposes" TEXT[],
    "audience" TEXT[],
    "meetings" TEXT[],
    "platforms" TEXT[],
    "notAfter" TIMESTAMP(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "openFor" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "answeredAt" TIMESTAMP(3),
    "words" TEXT,
    "consentId" TEXT,

    CONSTRAINT "ConsentRequest_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "ConsentRequest_openFor_key" ON "ConsentRequest"("openFor");

-- CreateIndex
CREATE UNIQUE INDEX "ConsentRequest_consentId_key" ON "ConsentRequest"("consentId");

-- CreateIndex
CREATE INDEX "ConsentRequest_requesterId_idx" ON "ConsentRequest"("requesterId");

-- CreateIndex
CREATE INDEX "ConsentRequest_subjectId_idx" ON "ConsentRequest"("subjectId");

-- CreateIndex
CREATE INDEX "ConsentRequest_state_expiresAt_idx" ON "ConsentRequest"("state", "expiresAt");

-- AddForeignKey
ALTER TABLE "ConsentRequest" ADD CONSTRAINT "ConsentRequest_avatarId_fkey" FOREIGN KEY ("avatarId") REFERENCES "Avatar"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- Guards, as in 0002: nobody answers for themselves, what was asked does not change, and an answer is the last word.
ALTER TABLE "ConsentRequest" ADD CONSTRAINT "consent_request_state"
  CHECK ("state" IN ('open', 'accepted', 'declined', 'cancelled', 'expired')
    AND ("state" = 'open') = ("openFor" IS NOT NULL) AND ("state" = 'accepted') = ("consentId" IS NOT NULL));
ALTER TABLE "ConsentRequest" ADD CONSTRAINT "consent_request_of_another" CHECK ("requesterId" <> "subjectId");
CREATE TRIGGER "consent_request_immutable" BEFORE UPDATE ON "ConsentRequest" FOR EACH ROW
  WHEN (OLD."state" <> 'open'
    OR (OLD."id", OLD."avatarId", OLD."requesterId", OLD."subjectId", OLD."reason", OLD."purposes", OLD."audience",
        OLD."meetings", OLD."platforms", OLD."notAfter", OLD."createdAt", OLD."expiresAt")
      IS DISTINCT FROM (NEW."id", NEW."avatarId", NEW."requesterId", NEW."subjectId", NEW."reason", NEW."purposes",
        NEW."audience", NEW."meetings", NEW."platforms", NEW."notAfter", NEW."createdAt", NEW."expiresAt"))
  EXECUTE FUNCTION guise_refuse_change();
