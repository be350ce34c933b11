-- CreateTable
CREATE TABLE "ExternalIdentity" (
    "issuer" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "origin" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "lastUsedAt" TIMESTAMP(3),

    CONSTRAINT "ExternalIdentity_pkey" PRIMARY KEY ("issuer","subject")
);

-- CreateIndex
CREATE INDEX "ExternalIdentity_personId_idx" ON "ExternalIdentity"("personId");

-- Guards, as in 0002: whom an identity at the provider is stays, except that somebody who left may come back as a new person.
ALTER TABLE "ExternalIdentity" ADD CONSTRAINT "external_identity_origin"
  CHECK ("origin" IN ('link', 'provider', 'scim'));
CREATE FUNCTION guise_identity_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "Person" WHERE "id" = OLD."personId" AND "state" <> 'left') THEN
    RAISE EXCEPTION 'guise: whom an external identity is cannot change' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "external_identity_stays" BEFORE UPDATE ON "ExternalIdentity" FOR EACH ROW
  WHEN ((OLD."issuer", OLD."subject", OLD."personId") IS DISTINCT FROM (NEW."issuer", NEW."subject", NEW."personId"))
  EXECUTE FUNCTION guise_identity_stays();

-- A person may be suspended, and come back. Whoever left never does.
ALTER TABLE "Person" DROP CONSTRAINT "person_state";
ALTER TABLE "Person" ADD CONSTRAINT "person_state" CHECK ("state" IN ('active', 'suspended', 'left'));
CREATE TRIGGER "person_left_for_good" BEFORE UPDATE ON "Person" FOR EACH ROW
  WHEN (OLD."state" = 'left' AND NEW."state" <> 'left') EXECUTE FUNCTION guise_refuse_change();
