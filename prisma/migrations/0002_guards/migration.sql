-- What the domain code decides, the database holds as well (THREATS 17, 18): no service bug and no second writer can
-- activate an avatar without every signature or change what was signed.

-- Closed sets of values.
ALTER TABLE "Person" ADD CONSTRAINT "person_state" CHECK ("state" IN ('active', 'left'));
ALTER TABLE "Person" ADD CONSTRAINT "person_roles"
  CHECK ("roles" <@ ARRAY['employee', 'admin', 'auditor']::text[] AND cardinality("roles") > 0);
ALTER TABLE "Device" ADD CONSTRAINT "device_state" CHECK ("state" IN ('active', 'revoked'));
ALTER TABLE "SourceFace" ADD CONSTRAINT "source_face_state" CHECK ("state" IN ('active', 'replaced', 'erased'));
ALTER TABLE "SourceFace" ADD CONSTRAINT "source_face_active_for"
  CHECK (("state" = 'active') = ("activeFor" IS NOT NULL) AND ("activeFor" IS NULL OR "activeFor" = "personId"));
ALTER TABLE "SourceFace" ADD CONSTRAINT "source_face_template_length"
  CHECK (octet_length("template") = 768 OR ("state" = 'erased' AND octet_length("template") = 0));
ALTER TABLE "Avatar" ADD CONSTRAINT "avatar_kind" CHECK ("kind" IN ('own-face', 'executive', 'stylised'));
ALTER TABLE "Avatar" ADD CONSTRAINT "avatar_likeness" CHECK ("likeness" IN ('person', 'artwork'));
ALTER TABLE "Avatar" ADD CONSTRAINT "avatar_state" CHECK ("state" IN (
  'draft', 'awaiting-consent', 'awaiting-approval', 'active', 'suspended', 'withdrawn', 'expired', 'erased'));
ALTER TABLE "Consent" ADD CONSTRAINT "consent_state" CHECK ("state" IN ('given', 'withdrawn', 'expired'));
ALTER TABLE "Consent" ADD CONSTRAINT "consent_in_force_for"
  CHECK (("state" = 'given') = ("inForceFor" IS NOT NULL) AND ("inForceFor" IS NULL OR "inForceFor" = "avatarId"));
ALTER TABLE "Consent" ADD CONSTRAINT "consent_period"
  CHECK ("notAfter" > "notBefore" AND "notAfter" <= "notBefore" + INTERVAL '366 days');
ALTER TABLE "Approval" ADD CONSTRAINT "approval_decision" CHECK ("decision" IN ('approve', 'reject'));

-- An avatar of a person is bound to that person's source face; an own face is drafted by its owner.
ALTER TABLE "Avatar" ADD CONSTRAINT "avatar_person_has_source_face"
  CHECK (("likeness" = 'person') = ("sourceFaceId" IS NOT NULL));
ALTER TABLE "Avatar" ADD CONSTRAINT "avatar_own_face_is_own"
  CHECK ("kind" <> 'own-face' OR ("likeness" = 'person' AND "draftedById" = "subjectId"));
ALTER TABLE "Avatar" ADD CONSTRAINT "avatar_approvals_needed"
  CHECK ("approvalsNeeded" >= CASE "kind" WHEN 'executive' THEN 2 ELSE 1 END);

-- Maker ≠ checker: neither the drafter nor the subject approves.
ALTER TABLE "Approval" ADD CONSTRAINT "approval_maker_is_not_checker"
  CHECK ("approverId" <> "draftedById" AND "approverId" <> "subjectId");

-- What a row was signed for never changes.
CREATE FUNCTION guise_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'guise: % rows are immutable', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$;

CREATE TRIGGER "avatar_version_immutable" BEFORE UPDATE ON "Avatar" FOR EACH ROW
  WHEN ((OLD."id", OLD."sha256", OLD."kind", OLD."likeness", OLD."subjectId", OLD."draftedById", OLD."approvalsNeeded",
         OLD."sourceFaceId")
    IS DISTINCT FROM (NEW."id", NEW."sha256", NEW."kind", NEW."likeness", NEW."subjectId", NEW."draftedById",
         NEW."approvalsNeeded", NEW."sourceFaceId"))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "consent_statement_immutable" BEFORE UPDATE ON "Consent" FOR EACH ROW
  WHEN ((OLD."id", OLD."sha256", OLD."avatarId", OLD."subjectId", OLD."statement", OLD."assertion", OLD."credentialId",
         OLD."wearers", OLD."purposes", OLD."audience", OLD."notBefore", OLD."notAfter", OLD."givenAt")
    IS DISTINCT FROM (NEW."id", NEW."sha256", NEW."avatarId", NEW."subjectId", NEW."statement", NEW."assertion",
         NEW."credentialId", NEW."wearers", NEW."purposes", NEW."audience", NEW."notBefore", NEW."notAfter",
         NEW."givenAt"))
  EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "consent_stays_withdrawn" BEFORE UPDATE ON "Consent" FOR EACH ROW
  WHEN (OLD."state" <> 'given' AND NEW."state" = 'given') EXECUTE FUNCTION guise_refuse_change();
CREATE TRIGGER "approval_immutable" BEFORE UPDATE OR DELETE ON "Approval" FOR EACH ROW
  EXECUTE FUNCTION guise_refuse_change();

-- A consent is the subject's own.
CREATE FUNCTION guise_consent_by_subject() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW."subjectId" <> (SELECT "subjectId" FROM "Avatar" WHERE "id" = NEW."avatarId") THEN
    RAISE EXCEPTION 'guise: only the subject consents' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "consent_by_subject" BEFORE INSERT ON "Consent" FOR EACH ROW EXECUTE FUNCTION guise_consent_by_subject();

-- No avatar is active without the subject's consent in force and every approval of exactly that consent.
CREATE FUNCTION guise_active_needs_signatures() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  consent_hash text;
BEGIN
  SELECT "sha256" INTO consent_hash FROM "Consent" WHERE "inForceFor" = NEW."id";
  IF consent_hash IS NULL OR (
    SELECT count(*) FROM "Approval"
    WHERE "avatarId" = NEW."id" AND "consentSha256" = consent_hash AND "decision" = 'approve'
  ) < NEW."approvalsNeeded" THEN
    RAISE EXCEPTION 'guise: avatar lacks a signature' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "avatar_active_needs_signatures" BEFORE INSERT OR UPDATE ON "Avatar" FOR EACH ROW
  WHEN (NEW."state" = 'active') EXECUTE FUNCTION guise_active_needs_signatures();
