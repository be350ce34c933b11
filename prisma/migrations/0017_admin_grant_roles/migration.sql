-- What the person's roles become, in place of those they have while they wait.
ALTER TABLE "AdminGrant" ADD COLUMN "roles" TEXT[] NOT NULL DEFAULT ARRAY['admin']::text[];
ALTER TABLE "AdminGrant" ALTER COLUMN "roles" DROP DEFAULT;
ALTER TABLE "AdminGrant" ADD CONSTRAINT "admin_grant_roles" CHECK ('admin' = ANY("roles"));
CREATE TRIGGER "admin_grant_roles_stay" BEFORE UPDATE ON "AdminGrant" FOR EACH ROW
  WHEN (OLD."roles" IS DISTINCT FROM NEW."roles") EXECUTE FUNCTION guise_refuse_change();
