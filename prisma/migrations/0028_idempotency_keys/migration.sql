-- Requests that may be sent again (DESIGN §12; draft-ietf-httpapi-idempotency-key-header).
CREATE TABLE "IdempotencyKey" (
    "id" TEXT NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "attempt" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "leaseUntil" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "status" INTEGER,
    "answer" BYTEA,

    CONSTRAINT "IdempotencyKey_pkey" PRIMARY KEY ("id")
);
CREATE INDEX "IdempotencyKey_expiresAt_idx" ON "IdempotencyKey"("expiresAt");

ALTER TABLE "IdempotencyKey" ADD CONSTRAINT "idempotency_key_state" CHECK ("state" IN ('running', 'committed', 'answered'));
ALTER TABLE "IdempotencyKey" ADD CONSTRAINT "idempotency_key_answer"
  CHECK (("state" = 'answered') = ("status" IS NOT NULL AND "answer" IS NOT NULL));
