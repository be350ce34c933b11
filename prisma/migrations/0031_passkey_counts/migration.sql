-- Two answers of one passkey may arrive in the other order: what was accepted since a challenge was issued tells that from a
-- copied key (ADR 0023).

-- CreateTable
CREATE TABLE "PasskeyCount" (
    "id" BIGSERIAL NOT NULL,
    "passkeyId" TEXT NOT NULL,
    "counter" BIGINT NOT NULL,
    "before" BIGINT NOT NULL,
    "acceptedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "PasskeyCount_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "PasskeyCount_passkeyId_counter_key" ON "PasskeyCount"("passkeyId", "counter");

-- AddForeignKey
ALTER TABLE "PasskeyCount" ADD CONSTRAINT "PasskeyCount_passkeyId_fkey" FOREIGN KEY ("passkeyId") REFERENCES "Passkey"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- A counter goes up.
ALTER TABLE "PasskeyCount" ADD CONSTRAINT "passkey_count_forward" CHECK ("counter" > "before");

-- AlterTable
ALTER TABLE "Ceremony" ADD COLUMN "issuedAfter" BIGINT NOT NULL DEFAULT 0;
