-- A page of documents, by key. The first row is that of foldlog.generation_header. Keys are at or after `first`, after
-- `after` and before `before`. `partitions` and `fields` restrict the page unless they are null. `stable`: all
-- statements see the snapshot of the call, so the position fits the documents.
create or replace function foldlog.list_documents(
  handler_name text, in_number int, in_kind text, partitions jsonb, fields jsonb,
  first text, after text, before text, count int
) returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set enable_hashjoin = off set enable_mergejoin = off
set jit = off set plan_cache_mode = force_generic_plan
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
  wanted int[] := case
    when partitions is not null then array(select distinct value::int from jsonb_array_elements_text(partitions))
  end;
  low text := after; left_over int := count; step int := 500; texts text[]; last text; size bigint := 0;
begin
  return next foldlog.generation_header(target);
  while left_over > 0 loop
    if size >= 16000000 then
      return next 'more';
      return;
    end if;
    if wanted is not null and in_kind <> 'view' then
      select array_agg(text), max(key) into texts, last from (
        select foldlog.small_document_json(d, step < 500) as text, d.key
        from (
          select d.* from unnest(wanted) w
          cross join lateral (
            select * from foldlog.handler_documents d
            where d.generation = target and d.kind = in_kind and d.kind <> 'view' and d.partition = w
              and d.key >= first and d.key > low and d.key < before and (fields is null or d.data @> fields)
            order by d.key limit least(step, left_over)
          ) d
          order by d.key limit least(step, left_over)
        ) d
      ) page;
    else
      select array_agg(text), max(key) into texts, last from (
        select foldlog.small_document_json(d, step < 500) as text, d.key from foldlog.handler_documents d
        where d.generation = target and d.kind = in_kind
          and d.key >= first and d.key > low and d.key < before and (fields is null or d.data @> fields)
          and (wanted is null or d.partition = any (wanted))
        order by d.key limit least(step, left_over)
      ) page;
    end if;
    exit when texts is null;
    if array_position(texts, null) is not null then
      step := 1;
      continue;
    end if;
    return query select unnest(texts);
    exit when cardinality(texts) < least(step, left_over);
    low := last;
    left_over := left_over - cardinality(texts);
    -- The size of the array: the length of each text, and 4 bytes for it.
    size := size + pg_column_size(texts);
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.list_documents(text, int, text, jsonb, jsonb, text, text, text, int) from public;
