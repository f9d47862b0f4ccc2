-- As in the boundary of handlers: clients call these functions and touch no table.
alter function foldlog.open_inline(text, int, jsonb) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.pause_appends(text, jsonb, int) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.end_inline(text) security definer set search_path = pg_catalog, pg_temp;
alter function foldlog.list_inline() security definer set search_path = pg_catalog, pg_temp;

revoke execute on function
  foldlog.open_inline(text, int, jsonb), foldlog.pause_appends(text, jsonb, int), foldlog.end_inline(text), foldlog.list_inline(),
  foldlog.close_inline(foldlog.inline_projections),
  foldlog.lock_views(jsonb, jsonb), foldlog.write_views(jsonb, bigint[])
from public;
