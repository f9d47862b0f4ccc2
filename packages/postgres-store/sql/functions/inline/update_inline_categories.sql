-- Copies the categories of inline projections to the state that every append reads.
create or replace function foldlog.update_inline_categories() returns trigger language plpgsql as $body$
declare
  signed constant boolean := (select s.is_current from foldlog.checked_log_state s);
begin
  update foldlog.log_state set inline = coalesce((
    select array_agg(distinct c.category)
    from foldlog.inline_projections i, unnest(i.categories || i.paused) c (category)
  ), '{}');
  -- A state that another server wrote must not look like one of this server: the next append begins a new history.
  if signed then perform foldlog.stamp_log_state(); end if;
  return null;
end
$body$;

create or replace trigger update_categories after insert or update or delete on foldlog.inline_projections
  for each statement execute function foldlog.update_inline_categories();

revoke execute on function foldlog.update_inline_categories() from public;
