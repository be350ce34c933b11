-- AlterTable
ALTER TABLE "WearSession" ADD COLUMN     "lastRenderedAt" TIMESTAMP(3);
