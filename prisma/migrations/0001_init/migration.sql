-- CreateTable
CREATE TABLE "Avatar" (
    "id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "likeness" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "draftedById" TEXT NOT NULL,
    "sourceFaceId" TEXT,
    "approvalsNeeded" INTEGER NOT NULL,
    "state" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "stateChangedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Avatar_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Consent" (
    "id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "avatarId" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "statement" TEXT NOT NULL,
    "assertion" TEXT NOT NULL,
    "credentialId" TEXT NOT NULL,
    "wearers" TEXT[],
    "purposes" TEXT[],
    "audience" TEXT[],
    "notBefore" TIMESTAMP(3) NOT NULL,
    "notAfter" TIMESTAMP(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'given',
    "inForceFor" TEXT,
    "givenAt" TIMESTAMP(3) NOT NULL,
    "withdrawnAt" TIMESTAMP(3),

    CONSTRAINT "Consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Approval" (
    "id" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "avatarId" TEXT NOT NULL,
    "avatarSha256" TEXT NOT NULL,
    "consentSha256" TEXT NOT NULL,
    "subjectId" TEXT NOT NULL,
    "draftedById" TEXT NOT NULL,
    "approverId" TEXT NOT NULL,
    "decision" TEXT NOT NULL,
    "statement" TEXT NOT NULL,
    "assertion" TEXT NOT NULL,
    "credentialId" TEXT NOT NULL,
    "decidedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Approval_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Enrolment" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "noticeSha256" TEXT NOT NULL,
    "locale" TEXT NOT NULL,
    "releasedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "attempts" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "Enrolment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SourceFace" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "enrolmentId" TEXT NOT NULL,
    "template" BYTEA NOT NULL,
    "templateSha256" TEXT NOT NULL,
    "evidenceSha256" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "activeFor" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),

    CONSTRAINT "SourceFace_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Person" (
    "id" TEXT NOT NULL,
    "displayName" TEXT NOT NULL,
    "roles" TEXT[],
    "state" TEXT NOT NULL DEFAULT 'active',
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Person_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Invitation" (
    "tokenHash" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "createdBy" TEXT,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),

    CONSTRAINT "Invitation_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "Passkey" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "publicKey" BYTEA NOT NULL,
    "counter" BIGINT NOT NULL,
    "transports" TEXT[],
    "backedUp" BOOLEAN NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "lastUsedAt" TIMESTAMP(3),
    "clonedAt" TIMESTAMP(3),

    CONSTRAINT "Passkey_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Ceremony" (
    "id" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "challenge" TEXT NOT NULL,
    "personId" TEXT,
    "target" TEXT,
    "statement" TEXT,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Ceremony_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "SignIn" (
    "tokenHash" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "verifiedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "SignIn_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "Device" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "jkt" TEXT NOT NULL,
    "publicJwk" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'active',
    "statement" TEXT NOT NULL,
    "assertion" TEXT NOT NULL,
    "credentialId" TEXT NOT NULL,
    "rotationSalt" BYTEA NOT NULL,
    "pairedAt" TIMESTAMP(3) NOT NULL,
    "revokedAt" TIMESTAMP(3),

    CONSTRAINT "Device_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "DeviceAuthorization" (
    "deviceCodeHash" TEXT NOT NULL,
    "userCode" TEXT NOT NULL,
    "deviceName" TEXT NOT NULL,
    "jkt" TEXT NOT NULL,
    "publicJwk" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "deviceId" TEXT,
    "intervalSeconds" INTEGER NOT NULL,
    "lastPolledAt" TIMESTAMP(3),
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "DeviceAuthorization_pkey" PRIMARY KEY ("deviceCodeHash")
);

-- CreateTable
CREATE TABLE "RefreshToken" (
    "tokenHash" TEXT NOT NULL,
    "deviceId" TEXT NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,
    "usedAt" TIMESTAMP(3),

    CONSTRAINT "RefreshToken_pkey" PRIMARY KEY ("tokenHash")
);

-- CreateTable
CREATE TABLE "DpopProof" (
    "id" TEXT NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "DpopProof_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LedgerEntry" (
    "id" BIGSERIAL NOT NULL,
    "kind" TEXT NOT NULL,
    "topic" TEXT NOT NULL,
    "payload" BYTEA,
    "salt" BYTEA,
    "commitment" BYTEA NOT NULL,
    "stagedAt" TIMESTAMP(3) NOT NULL,
    "leafIndex" BIGINT,

    CONSTRAINT "LedgerEntry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LedgerTile" (
    "level" INTEGER NOT NULL,
    "tileIndex" BIGINT NOT NULL,
    "width" INTEGER NOT NULL,
    "bytes" BYTEA NOT NULL,

    CONSTRAINT "LedgerTile_pkey" PRIMARY KEY ("level","tileIndex")
);

-- CreateTable
CREATE TABLE "LedgerHead" (
    "id" INTEGER NOT NULL,
    "note" TEXT NOT NULL,

    CONSTRAINT "LedgerHead_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "LedgerCheckpoint" (
    "size" BIGINT NOT NULL,
    "note" TEXT NOT NULL,
    "signedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "LedgerCheckpoint_pkey" PRIMARY KEY ("size")
);

-- CreateTable
CREATE TABLE "WearSession" (
    "id" TEXT NOT NULL,
    "number" BIGINT NOT NULL,
    "personId" TEXT NOT NULL,
    "deviceId" TEXT NOT NULL,
    "avatarId" TEXT NOT NULL,
    "consentId" TEXT NOT NULL,
    "sourceFaceId" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "audience" TEXT NOT NULL,
    "meeting" TEXT,
    "opening" TEXT NOT NULL,
    "chainEnd" TEXT NOT NULL,
    "chainLength" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'live',
    "reason" TEXT,
    "openedAt" TIMESTAMP(3) NOT NULL,
    "lastSeenAt" TIMESTAMP(3) NOT NULL,
    "endedAt" TIMESTAMP(3),
    "nextSequence" INTEGER NOT NULL DEFAULT 0,
    "lastSegmentSha256" TEXT,
    "lastEpoch" INTEGER,
    "disclosedEpoch" INTEGER,
    "disclosedKey" BYTEA,

    CONSTRAINT "WearSession_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "Permit" (
    "id" TEXT NOT NULL,
    "sessionId" TEXT NOT NULL,
    "sha256" TEXT NOT NULL,
    "jws" TEXT NOT NULL,
    "notBefore" TIMESTAMP(3) NOT NULL,
    "expires" TIMESTAMP(3) NOT NULL,
    "statusIndex" SERIAL NOT NULL,

    CONSTRAINT "Permit_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "EvidenceSegment" (
    "sessionId" TEXT NOT NULL,
    "sequence" INTEGER NOT NULL,
    "sha256" TEXT NOT NULL,
    "entryId" BIGINT NOT NULL,
    "lastEpoch" INTEGER NOT NULL,
    "receivedAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "EvidenceSegment_pkey" PRIMARY KEY ("sessionId","sequence")
);

-- CreateTable
CREATE TABLE "Verification" (
    "id" TEXT NOT NULL,
    "personId" TEXT NOT NULL,
    "mediaSha256" TEXT NOT NULL,
    "verdict" TEXT NOT NULL,
    "sessionId" TEXT,
    "report" JSONB NOT NULL,
    "createdAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "Verification_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "Avatar_subjectId_idx" ON "Avatar"("subjectId");

-- CreateIndex
CREATE INDEX "Avatar_draftedById_idx" ON "Avatar"("draftedById");

-- CreateIndex
CREATE INDEX "Avatar_state_idx" ON "Avatar"("state");

-- CreateIndex
CREATE UNIQUE INDEX "Avatar_id_sha256_subjectId_draftedById_key" ON "Avatar"("id", "sha256", "subjectId", "draftedById");

-- CreateIndex
CREATE UNIQUE INDEX "Consent_sha256_key" ON "Consent"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "Consent_inForceFor_key" ON "Consent"("inForceFor");

-- CreateIndex
CREATE INDEX "Consent_avatarId_idx" ON "Consent"("avatarId");

-- CreateIndex
CREATE UNIQUE INDEX "Approval_sha256_key" ON "Approval"("sha256");

-- CreateIndex
CREATE INDEX "Approval_avatarId_idx" ON "Approval"("avatarId");

-- CreateIndex
CREATE UNIQUE INDEX "Approval_avatarId_approverId_key" ON "Approval"("avatarId", "approverId");

-- CreateIndex
CREATE INDEX "Enrolment_personId_idx" ON "Enrolment"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "SourceFace_activeFor_key" ON "SourceFace"("activeFor");

-- CreateIndex
CREATE INDEX "SourceFace_state_idx" ON "SourceFace"("state");

-- CreateIndex
CREATE INDEX "Passkey_personId_idx" ON "Passkey"("personId");

-- CreateIndex
CREATE INDEX "Ceremony_expiresAt_idx" ON "Ceremony"("expiresAt");

-- CreateIndex
CREATE INDEX "SignIn_personId_idx" ON "SignIn"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "Device_jkt_key" ON "Device"("jkt");

-- CreateIndex
CREATE INDEX "Device_personId_idx" ON "Device"("personId");

-- CreateIndex
CREATE UNIQUE INDEX "DeviceAuthorization_userCode_key" ON "DeviceAuthorization"("userCode");

-- CreateIndex
CREATE INDEX "DeviceAuthorization_expiresAt_idx" ON "DeviceAuthorization"("expiresAt");

-- CreateIndex
CREATE INDEX "RefreshToken_deviceId_idx" ON "RefreshToken"("deviceId");

-- CreateIndex
CREATE INDEX "DpopProof_expiresAt_idx" ON "DpopProof"("expiresAt");

-- CreateIndex
CREATE UNIQUE INDEX "LedgerEntry_leafIndex_key" ON "LedgerEntry"("leafIndex");

-- CreateIndex
CREATE INDEX "LedgerEntry_topic_kind_idx" ON "LedgerEntry"("topic", "kind");

-- CreateIndex
CREATE UNIQUE INDEX "WearSession_number_key" ON "WearSession"("number");

-- CreateIndex
CREATE INDEX "WearSession_deviceId_state_idx" ON "WearSession"("deviceId", "state");

-- CreateIndex
CREATE INDEX "WearSession_personId_idx" ON "WearSession"("personId");

-- CreateIndex
CREATE INDEX "WearSession_avatarId_idx" ON "WearSession"("avatarId");

-- CreateIndex
CREATE UNIQUE INDEX "Permit_sha256_key" ON "Permit"("sha256");

-- CreateIndex
CREATE UNIQUE INDEX "Permit_statusIndex_key" ON "Permit"("statusIndex");

-- CreateIndex
CREATE INDEX "Permit_sessionId_idx" ON "Permit"("sessionId");

-- CreateIndex
CREATE UNIQUE INDEX "EvidenceSegment_entryId_key" ON "EvidenceSegment"("entryId");

-- CreateIndex
CREATE INDEX "Verification_personId_idx" ON "Verification"("personId");

-- AddForeignKey
ALTER TABLE "Avatar" ADD CONSTRAINT "Avatar_subjectId_fkey" FOREIGN KEY ("subjectId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Avatar" ADD CONSTRAINT "Avatar_draftedById_fkey" FOREIGN KEY ("draftedById") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Avatar" ADD CONSTRAINT "Avatar_sourceFaceId_fkey" FOREIGN KEY ("sourceFaceId") REFERENCES "SourceFace"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Consent" ADD CONSTRAINT "Consent_avatarId_fkey" FOREIGN KEY ("avatarId") REFERENCES "Avatar"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Consent" ADD CONSTRAINT "Consent_subjectId_fkey" FOREIGN KEY ("subjectId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Approval" ADD CONSTRAINT "Approval_avatarId_avatarSha256_subjectId_draftedById_fkey" FOREIGN KEY ("avatarId", "avatarSha256", "subjectId", "draftedById") REFERENCES "Avatar"("id", "sha256", "subjectId", "draftedById") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "Approval" ADD CONSTRAINT "Approval_consentSha256_fkey" FOREIGN KEY ("consentSha256") REFERENCES "Consent"("sha256") ON DELETE RESTRICT ON UPDATE RESTRICT;

-- AddForeignKey
ALTER TABLE "Approval" ADD CONSTRAINT "Approval_approverId_fkey" FOREIGN KEY ("approverId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Enrolment" ADD CONSTRAINT "Enrolment_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceFace" ADD CONSTRAINT "SourceFace_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SourceFace" ADD CONSTRAINT "SourceFace_enrolmentId_fkey" FOREIGN KEY ("enrolmentId") REFERENCES "Enrolment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Invitation" ADD CONSTRAINT "Invitation_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Passkey" ADD CONSTRAINT "Passkey_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "SignIn" ADD CONSTRAINT "SignIn_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Device" ADD CONSTRAINT "Device_personId_fkey" FOREIGN KEY ("personId") REFERENCES "Person"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "RefreshToken" ADD CONSTRAINT "RefreshToken_deviceId_fkey" FOREIGN KEY ("deviceId") REFERENCES "Device"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "Permit" ADD CONSTRAINT "Permit_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "WearSession"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "EvidenceSegment" ADD CONSTRAINT "EvidenceSegment_sessionId_fkey" FOREIGN KEY ("sessionId") REFERENCES "WearSession"("id") ON DELETE RESTRICT ON UPDATE CASCADE;
