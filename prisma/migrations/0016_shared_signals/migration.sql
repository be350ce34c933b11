-- CreateTable
CREATE TABLE "SharedSignal" (
    "id" TEXT NOT NULL,
    "event" TEXT NOT NULL,
    "personId" TEXT,
    "receivedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SharedSignal_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "SharedSignal_receivedAt_idx" ON "SharedSignal"("receivedAt");
