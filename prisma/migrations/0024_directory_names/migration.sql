-- CreateTable
CREATE TABLE "ExpectedUser" (
    "personId" TEXT NOT NULL,
    "userKey" TEXT NOT NULL,
    "requestedById" TEXT NOT NULL,
    "requestedAt" TIMESTAMP(3) NOT NULL,
    "expiresAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "ExpectedUser_pkey" PRIMARY KEY ("personId")
);

-- CreateTable
CREATE TABLE "DepartedName" (
    "nameHash" TEXT NOT NULL,
    "leftAt" TIMESTAMP(3) NOT NULL,

    CONSTRAINT "DepartedName_pkey" PRIMARY KEY ("nameHash")
);

-- CreateIndex
CREATE UNIQUE INDEX "ExpectedUser_userKey_key" ON "ExpectedUser"("userKey");

-- Guards, as in 0002: no directory gets hold of an admin, or of whoever asked for it.
ALTER TABLE "ExpectedUser" ADD CONSTRAINT "expected_user_is_another" CHECK ("requestedById" <> "personId");
CREATE FUNCTION guise_no_admin_adopted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM "Person" WHERE "id" = NEW."personId" AND ('admin' = ANY("roles") OR "state" = 'left')) THEN
    RAISE EXCEPTION 'guise: admins and those who left are not adopted' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "expected_user_is_no_admin" BEFORE INSERT OR UPDATE ON "ExpectedUser" FOR EACH ROW
  EXECUTE FUNCTION guise_no_admin_adopted();
