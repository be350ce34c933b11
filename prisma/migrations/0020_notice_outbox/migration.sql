-- Notices by mail: an outbox that loses none, and the address that a person wants them at.

-- AlterTable
ALTER TABLE "PersonNotice" DROP COLUMN "delivered";

-- CreateTable
CREATE TABLE "NoticeDelivery" (
    "noticeId" TEXT NOT NULL,
    "channel" TEXT NOT NULL,
    "recipient" TEXT NOT NULL,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "nextAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "NoticeDelivery_pkey" PRIMARY KEY ("noticeId", "channel", "recipient")
);

-- CreateTable
CREATE TABLE "NoticeAddress" (
    "personId" TEXT NOT NULL,
    "email" TEXT NOT NULL,
    "setAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "NoticeAddress_pkey" PRIMARY KEY ("personId")
);

-- CreateIndex
CREATE INDEX "NoticeDelivery_channel_nextAt_idx" ON "NoticeDelivery"("channel", "nextAt");

-- AddForeignKey
ALTER TABLE "NoticeDelivery" ADD CONSTRAINT "NoticeDelivery_noticeId_fkey" FOREIGN KEY ("noticeId") REFERENCES "PersonNotice"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "NoticeAddress" ADD CONSTRAINT "NoticeAddress_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- An address is one word: nothing in it can end a header or a command of SMTP.
ALTER TABLE "NoticeAddress" ADD CONSTRAINT "notice_address_one_word"
  CHECK ("email" ~ '^[!-?A-~]+@[!-?A-~]+$' AND length("email") <= 254);
