-- Pauses appends to these categories for at most `milliseconds`, so that a generation that is about to be opened can
-- catch up: true, or false for an unknown handler. No such append is under way when this returns; see
-- foldlog.open_inline_projection.
create or replace function foldlog.pause_appends(handler_name text, in_categories jsonb, milliseconds int)
returns text language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $body$
declare
  known bigint;
begin
  perform foldlog.require_read_committed();
  -- The pause is a minute at most, because appends wait for all of it when the caller vanishes.
  if (milliseconds between 1 and 60000) is not true then
    perform foldlog.raise_invalid_input('a pause', milliseconds::text);
  end if;
  lock table foldlog.log_state, foldlog.inline_projections in exclusive mode;
  select h.id into known from foldlog.handlers h where h.name = handler_name;
  if known is null then return 'false'; end if;
  insert into foldlog.inline_projections as i (handler, paused, paused_until)
  select known, array(select jsonb_array_elements_text(in_categories)),
    clock_timestamp() + milliseconds * interval '1 millisecond'
  on conflict (handler) do update set paused = excluded.paused, paused_until = excluded.paused_until;
  return 'true';
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.pause_appends(text, jsonb, int) from public;
