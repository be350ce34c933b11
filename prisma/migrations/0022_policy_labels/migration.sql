-- The label of a policy is drawn into every frame: only what can be drawn legibly is proposed (libs/protocol/src/label.ts says
-- the same). For new proposals only: those of before are read as the law's words alone where they cannot be drawn.
CREATE FUNCTION guise_policy_label() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  label jsonb := NEW."document"->'label';
BEGIN
  IF NOT coalesce(length(label->>'text') <= 40
      AND label->>'text' ~ '^AI MODIFIED( [A-Z0-9&.,/()+''-]+)*$'
      AND label->>'text' !~ '[^ ]{17}'
      AND jsonb_array_length(label->'positions') BETWEEN 1 AND 4, false) THEN
    RAISE EXCEPTION 'guise: a label that cannot be drawn legibly' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER "policy_label" BEFORE INSERT ON "Policy" FOR EACH ROW EXECUTE FUNCTION guise_policy_label();
