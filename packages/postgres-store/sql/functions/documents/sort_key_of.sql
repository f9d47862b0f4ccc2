-- The expression, as SQL, of the sort key of a field of a document: of the column `data`, along a path of names. The
-- operator finds nothing in an array, so a path leads through objects only. Indexes have the same expression.
create or replace function foldlog.sort_key_of(path jsonb) returns text language plpgsql immutable as $body$
declare
  names text;
begin
  select string_agg(format(' -> %L::text', value), '' order by ordinality) into names
  from jsonb_array_elements_text(path) with ordinality;
  return $query$foldlog.sort_key(data$query$ || names || ')';
end
$body$;

revoke execute on function foldlog.sort_key_of(jsonb) from public;
