-- CreateTable
CREATE TABLE "SigningKey" (
    "kid" TEXT NOT NULL,
    "use" TEXT NOT NULL,
    "storeId" TEXT NOT NULL,
    "publicJwk" JSONB NOT NULL,
    "publishedAt" TIMESTAMP(3) NOT NULL,
    "activeFrom" TIMESTAMP(3) NOT NULL,
    "activeUntil" TIMESTAMP(3),
    "newestFor" TEXT,
    "compromisedAt" TIMESTAMP(3),
    "requestedById" TEXT,
    "destroyedAt" TIMESTAMP(3),

    CONSTRAINT "SigningKey_pkey" PRIMARY KEY ("kid")
);

-- CreateIndex
CREATE UNIQUE INDEX "SigningKey_storeId_key" ON "SigningKey"("storeId");

-- CreateIndex
CREATE UNIQUE INDEX "SigningKey_newestFor_key" ON "SigningKey"("newestFor");

-- CreateIndex
CREATE INDEX "SigningKey_use_idx" ON "SigningKey"("use");

-- Guards, as in 0002: one newest key per use, an end only moves earlier, and no key is forgotten or changed.
ALTER TABLE "SigningKey" ADD CONSTRAINT "signing_key_use" CHECK ("use" IN ('permit', 'access-token'));
ALTER TABLE "SigningKey" ADD CONSTRAINT "signing_key_newest"
  CHECK (("activeUntil" IS NULL) = ("newestFor" IS NOT NULL) AND ("newestFor" IS NULL OR "newestFor" = "use"));
ALTER TABLE "SigningKey" ADD CONSTRAINT "signing_key_times"
  CHECK (("activeUntil" IS NULL OR "activeUntil" >= "activeFrom")
    AND ("compromisedAt" IS NULL OR "activeUntil" <= "compromisedAt")
    AND ("destroyedAt" IS NULL OR "activeUntil" <= "destroyedAt"));

CREATE FUNCTION guise_signing_key_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD."kid", OLD."use", OLD."storeId", OLD."publicJwk", OLD."publishedAt", OLD."activeFrom", OLD."requestedById")
      IS DISTINCT FROM (NEW."kid", NEW."use", NEW."storeId", NEW."publicJwk", NEW."publishedAt", NEW."activeFrom",
        NEW."requestedById")
    OR (OLD."activeUntil" IS NOT NULL AND (NEW."activeUntil" IS NULL OR NEW."activeUntil" > OLD."activeUntil"))
    OR (OLD."compromisedAt" IS NOT NULL AND NEW."compromisedAt" IS DISTINCT FROM OLD."compromisedAt")
    OR (OLD."destroyedAt" IS NOT NULL AND NEW."destroyedAt" IS DISTINCT FROM OLD."destroyedAt") THEN
    RAISE EXCEPTION 'guise: a key stays what it is, and its end moves only earlier'
      USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "signing_key_way" BEFORE UPDATE ON "SigningKey" FOR EACH ROW EXECUTE FUNCTION guise_signing_key_way();
CREATE TRIGGER "signing_key_kept" BEFORE DELETE ON "SigningKey" FOR EACH ROW EXECUTE FUNCTION guise_refuse_change();
