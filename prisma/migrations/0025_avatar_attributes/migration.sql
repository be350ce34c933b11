-- What the face of an avatar clearly wears (ADR 0019), for whoever approves it or wears it as an overlay. Empty for those drafted before.
ALTER TABLE "Avatar" ADD COLUMN "attributes" TEXT[] NOT NULL DEFAULT ARRAY[]::TEXT[];
ALTER TABLE "Avatar" ADD CONSTRAINT "avatar_attributes" CHECK ("attributes" <@ ARRAY['glasses', 'beard']);
