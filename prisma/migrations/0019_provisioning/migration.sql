-- CreateTable
CREATE TABLE "ProvisioningClient" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "tokenHash" TEXT,
    "state" TEXT NOT NULL DEFAULT 'active',
    "linksSubjects" BOOLEAN NOT NULL,
    "createdById" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "rotatedAt" TIMESTAMP(3),
    "revokedAt" TIMESTAMP(3),
    "lastUsedAt" TIMESTAMP(3),

    CONSTRAINT "ProvisioningClient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "ProvisionedUser" (
    "personId" TEXT NOT NULL,
    "userName" TEXT NOT NULL,
    "userKey" TEXT NOT NULL,
    "externalId" TEXT,
    "version" INTEGER NOT NULL DEFAULT 1,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "changedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ProvisionedUser_pkey" PRIMARY KEY ("personId")
);

-- CreateIndex
CREATE UNIQUE INDEX "ProvisioningClient_tokenHash_key" ON "ProvisioningClient"("tokenHash");

-- CreateIndex
CREATE UNIQUE INDEX "ProvisionedUser_userKey_key" ON "ProvisionedUser"("userKey");

-- CreateIndex
CREATE INDEX "ProvisionedUser_externalId_idx" ON "ProvisionedUser"("externalId");

-- Guards, as in 0002: a revoked client has no token and stays revoked.
ALTER TABLE "ProvisioningClient" ADD CONSTRAINT "provisioning_client_state"
  CHECK ("state" IN ('active', 'revoked') AND ("state" = 'active') = ("tokenHash" IS NOT NULL)
    AND ("state" = 'revoked') = ("revokedAt" IS NOT NULL));
CREATE TRIGGER "provisioning_client_ends" BEFORE UPDATE ON "ProvisioningClient" FOR EACH ROW
  WHEN (OLD."state" = 'revoked'
    OR (OLD."id", OLD."createdById", OLD."createdAt", OLD."linksSubjects")
      IS DISTINCT FROM (NEW."id", NEW."createdById", NEW."createdAt", NEW."linksSubjects"))
  EXECUTE FUNCTION guise_refuse_change();
