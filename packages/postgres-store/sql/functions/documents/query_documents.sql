-- A page of documents that have these fields, in the order of fields. Its rows are those of foldlog.list_documents,
-- which reads by key alone and needs no planning.
--
-- filter:   see foldlog.document_conditions
-- ordering: {fields: [[path, descending], ...], descending, after: [[sort key, ...], key]}; `after` may be absent
--
-- The statement is planned for each call, with its values: a plan for all values uses no partial index. `stable`: all
-- statements see the snapshot of the call, so the position fits the documents. The page is cut before its documents
-- become texts, and a cursor fetches one row at a time, so that no more texts are made than one answer holds.
create or replace function foldlog.query_documents(
  handler_name text, in_number int, in_kind text, filter jsonb, ordering jsonb, count int
) returns setof text language plpgsql stable
security definer set search_path = pg_catalog, pg_temp
set enable_seqscan = off set enable_bitmapscan = off set jit = off
as $body$
declare
  target bigint := foldlog.generation_id(handler_name, in_number);
  terms text[] := array(
    select foldlog.sort_key_of(value -> 0) from jsonb_array_elements(ordering -> 'fields') with ordinality
    order by ordinality
  ) || 'key'::text;
  descending boolean[] := array(
    select (value -> 1)::boolean from jsonb_array_elements(ordering -> 'fields') with ordinality order by ordinality
  ) || (ordering -> 'descending')::boolean;
  literals text[]; page refcursor; document text; size bigint := 0;
begin
  return next foldlog.generation_header(target);
  if ordering ? 'after' then
    literals := array(
      select format('decode(%L, %L)', value, 'hex')
      from jsonb_array_elements_text(ordering -> 'after' -> 0) with ordinality order by ordinality
    ) || quote_literal(ordering -> 'after' ->> 1);
  end if;
  open page no scroll for execute concat(
    $query$select foldlog.document_json(d) from (select * from foldlog.handler_documents where $query$,
    concat_ws(' and ',
      foldlog.document_conditions(target, in_kind, filter),
      foldlog.documents_after(terms, literals, descending)
    ),
    ' order by ', (
      select string_agg(t.term || case when t.descending then ' desc' else '' end, ', ' order by t.ordinality)
      from unnest(terms, descending) with ordinality t (term, descending)
    ),
    ' limit ', count, ') d'
  );
  loop
    fetch page into document;
    exit when document is null;
    if size >= 16000000 then
      return next 'more';
      return;
    end if;
    return next document;
    size := size + octet_length(document);
  end loop;
end
$body$;

-- Called by: writer, reader.
revoke execute on function foldlog.query_documents(text, int, text, jsonb, jsonb, int) from public;
