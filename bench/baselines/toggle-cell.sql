-- One cell of the legacy document, as the application writes it: $1 the row, $2 the path of the slot, $3 its colour ('' clears).
UPDATE public.habit_tracker
   SET habits = jsonb_set(habits, $2::text[], to_jsonb($3::text))
 WHERE id = $1
