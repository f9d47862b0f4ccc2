-- One row with the number of the generation, then its documents with these keys. Without a number it reads the serving
-- generation. The row `more` is the last one when the answer ends early, because it has 16,000,000 bytes: the caller
-- then requests the missing documents.
create or replace function foldlog.get_documents(handler_name text, in_number int, in_kind text, keys jsonb)
returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
  large text[] := '{}'; document text; next_key text; size bigint := 0;
begin
  return next coalesce((select g.number from foldlog.handler_generations g where g.id = target), 0)::text;
  for next_key, document in
    select d.key, foldlog.small_document_json(d) from foldlog.handler_documents d
    where d.generation = target and d.kind = in_kind and d.key = any (array(select jsonb_array_elements_text(keys)))
  loop
    if document is null then
      large := large || next_key;
    else
      return next document;
    end if;
  end loop;
  foreach next_key in array large loop
    if size >= 16000000 then
      return next 'more';
      return;
    end if;
    select foldlog.document_json(d) into document from foldlog.handler_documents d
    where d.generation = target and d.kind = in_kind and d.key = next_key;
    return next document;
    size := size + octet_length(document);
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.get_documents(text, int, text, jsonb) from public;
