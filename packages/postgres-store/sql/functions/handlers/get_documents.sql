-- One row with the number of the generation, then its documents with these keys. Without a number it reads the serving
-- generation.
create or replace function foldlog.get_documents(handler_name text, in_number int, in_kind text, keys jsonb)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
begin
  return next coalesce((select g.number from foldlog.handler_generations g where g.id = target), 0)::text;
  return query
    select foldlog.document_json(d) from foldlog.handler_documents d
    where d.generation = target and d.kind = in_kind and d.key = any (array(select jsonb_array_elements_text(keys)));
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.get_documents(text, int, text, jsonb) from public;
