-- An address counts for notices once its person typed a code that was mailed there. Those of before stay in force: they were
-- set under a fresh user verification and told, and to drop them would silence notices.

-- CreateTable
CREATE TABLE "NoticeAddressClaim" (
    "personId" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "salt" BYTEA NOT NULL,
    "codeHash" BYTEA NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "NoticeAddressClaim_pkey" PRIMARY KEY ("personId")
);

-- CreateIndex
CREATE INDEX "NoticeAddressClaim_expiresAt_idx" ON "NoticeAddressClaim"("expiresAt");

-- AddForeignKey
ALTER TABLE "NoticeAddressClaim" ADD CONSTRAINT "NoticeAddressClaim_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- As in 0020: an address is one word.
ALTER TABLE "NoticeAddressClaim" ADD CONSTRAINT "notice_address_claim_one_word"
  CHECK ("email" ~ '^[!-?A-~]+@[!-?A-~]+$' AND length("email") <= 254);
