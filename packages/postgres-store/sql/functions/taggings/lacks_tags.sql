-- Whether an event lacks a required tag; see foldlog.taggings. A trigger calls this, for events of these types only.
create or replace function foldlog.lacks_tags(type text, category text, tags text[], required jsonb)
returns boolean language sql immutable as $body$
  select exists (
    select from jsonb_array_elements(required) r
    where r.value ->> 0 = type and coalesce(r.value ->> 2, category) = category
      and not exists (select from unnest(tags) t (tag) where starts_with(t.tag, r.value ->> 1))
  )
$body$;

revoke execute on function foldlog.lacks_tags(text, text, text[], jsonb) from public;
