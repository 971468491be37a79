-- The dual-write trigger that teams write by hand: for every written row it looks up the child and the week, deletes what the
-- new tables hold of the row and inserts it again. It is exact for what the bench does (one row at a time, marks in a document
-- that is well formed); it knows nothing of other rows that claim the same week, of phases, or of two writers of one week.
CREATE FUNCTION public.write_new_shape() RETURNS trigger
  LANGUAGE plpgsql
AS $$
DECLARE
  monday date;
  home date;
  found_sheet bigint;
BEGIN
  -- The records go with their habits.
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM public.habits AS h WHERE h.sheet_id = OLD.id;
  END IF;
  IF TG_OP = 'DELETE' THEN
    DELETE FROM public.weeks AS w WHERE w.sheet_id = OLD.id;
    RETURN NULL;
  END IF;
  IF NEW.user_id IS NULL OR NEW.week_start_date IS NULL THEN
    RETURN NULL;
  END IF;

  PERFORM FROM public.children AS c WHERE c.user_id = NEW.user_id AND c.name = NEW.child_name;
  IF NOT FOUND THEN
    INSERT INTO public.children (user_id, name) VALUES (NEW.user_id, NEW.child_name);
  END IF;

  -- A row that starts on another day than Monday lies in two weeks; the one with most of its days is its home.
  home := date_trunc('week', NEW.week_start_date + 3)::date;
  FOR monday IN
    SELECT DISTINCT date_trunc('week', edge)::date
      FROM unnest(ARRAY[NEW.week_start_date, NEW.week_start_date + 6]) AS edge
  LOOP
    SELECT w.sheet_id INTO found_sheet FROM public.weeks AS w
     WHERE w.user_id = NEW.user_id AND w.child_name = NEW.child_name AND w.week_start_date = monday;
    IF NOT FOUND THEN
      INSERT INTO public.weeks (user_id, child_name, week_start_date, sheet_id, start_offset, theme, reflection, reward)
      SELECT NEW.user_id, NEW.child_name, monday,
             CASE WHEN monday = home THEN NEW.id END,
             CASE WHEN monday = home THEN NEW.week_start_date - home ELSE 0 END,
             CASE WHEN monday = home THEN NEW.theme END,
             CASE WHEN monday = home THEN NEW.reflection END,
             CASE WHEN monday = home THEN NEW.reward END;
    ELSIF found_sheet = NEW.id THEN
      UPDATE public.weeks AS w SET theme = NEW.theme, reflection = NEW.reflection, reward = NEW.reward
       WHERE w.user_id = NEW.user_id AND w.child_name = NEW.child_name AND w.week_start_date = monday;
    END IF;

    INSERT INTO public.habits (user_id, child_name, week_start_date, sheet_id, habit_id, name, display_order)
    SELECT NEW.user_id, NEW.child_name, monday, NEW.id, (habit.entry ->> 'id')::bigint, habit.entry ->> 'name', habit.rank - 1
      FROM jsonb_array_elements(NEW.habits) WITH ORDINALITY AS habit (entry, rank);

    INSERT INTO public.habit_records (user_id, child_name, week_start_date, sheet_id, habit_id, record_date, status)
    SELECT NEW.user_id, NEW.child_name, monday, NEW.id, (habit.entry ->> 'id')::bigint,
           NEW.week_start_date + (mark.slot - 1)::integer, mark.colour
      FROM jsonb_array_elements(NEW.habits) AS habit (entry)
     CROSS JOIN jsonb_array_elements_text(habit.entry -> 'times') WITH ORDINALITY AS mark (colour, slot)
     WHERE mark.colour <> ''
       AND NEW.week_start_date + (mark.slot - 1)::integer BETWEEN monday AND monday + 6;
  END LOOP;
  RETURN NULL;
END;
$$;

CREATE TRIGGER write_new_shape
  AFTER INSERT OR UPDATE OR DELETE ON public.habit_tracker
  FOR EACH ROW EXECUTE FUNCTION public.write_new_shape();
