-- What keeps it fresh at once: a trigger that refreshes after every statement. N statements cost N whole refreshes, so that loading a
-- log row by row is quadratic.
CREATE FUNCTION public.refresh_balances() RETURNS trigger
  LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
  REFRESH MATERIALIZED VIEW CONCURRENTLY public.balance_materialized;
  RETURN NULL;
END;
$$;
CREATE TRIGGER refresh_balances AFTER INSERT OR UPDATE OR DELETE ON public.event
  FOR EACH STATEMENT EXECUTE FUNCTION public.refresh_balances();
