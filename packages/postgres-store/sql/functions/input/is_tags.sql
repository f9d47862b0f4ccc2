-- Whether a JSON value is the tags of an event: 1 to 32 different texts, each a name, a colon and a value, with at most
-- 1,024 UTF-16 code units in all.
create or replace function foldlog.is_tags(tags jsonb) returns boolean language sql immutable as $body$
  select jsonb_typeof(tags) = 'array' and jsonb_array_length(tags) between 1 and 32 and (
    select bool_and(
        jsonb_typeof(t.value) = 'string' and strpos(t.value #>> '{}', ':') > 1
          and (octet_length(t.value #>> '{}') <= 1024 or foldlog.code_units(t.value #>> '{}') <= 1024)
      )
      and count(*) = count(distinct t.value)
    from jsonb_array_elements(tags) t
  )
$body$;

revoke execute on function foldlog.is_tags(jsonb) from public;
