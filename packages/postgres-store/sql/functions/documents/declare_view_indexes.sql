-- Stores which indexes the projection of a handler declares: [[path, ...], ...], where a path is the names that lead to
-- a field. The owner of the table creates them; see foldlog.view_index_changes. An unknown handler declares nothing.
create or replace function foldlog.declare_view_indexes(handler_name text, indexes jsonb)
returns void language plpgsql volatile
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set jit = off set plan_cache_mode = force_generic_plan
as $body$
begin
  if octet_length(indexes::text) > 100000 or not coalesce(jsonb_path_match(indexes, 'strict
    $.type() == "array" && $.size() <= 16
    && !exists($[*] ? (@.type() != "array" || @.size() == 0 || @.size() > 4))
    && !exists($[*][*] ? (@.type() != "array" || @.size() == 0 || @.size() > 32))
    && !exists($[*][*][*] ? (@.type() != "string"))', silent => true), false)
  then
    perform foldlog.raise_invalid_input('a list of indexes', indexes::text);
  end if;
  update foldlog.handlers h set indexes = nullif(declare_view_indexes.indexes, '[]')
  where h.name = handler_name and h.indexes is distinct from nullif(declare_view_indexes.indexes, '[]');
end
$body$;

-- Called by: writer.
revoke execute on function foldlog.declare_view_indexes(text, jsonb) from public;
