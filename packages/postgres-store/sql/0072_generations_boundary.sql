-- As in the other boundaries: clients call this function and touch no table.
alter function foldlog.roll_back_handler(text, int) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function
  foldlog.roll_back_handler(text, int),
  foldlog.freeze_generation(bigint), foldlog.thaw_generation(bigint), foldlog.swap_generations(foldlog.handlers, int),
  foldlog.registered_text(foldlog.handlers, int, text), foldlog.generation_role(foldlog.handlers, foldlog.handler_generations)
from public;
