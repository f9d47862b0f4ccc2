-- Whether a text is the name of a stream of this category: `category-id`, neither part empty, without a leading $. The
-- category has no dash. See foldlog.is_name.
create or replace function foldlog.is_stream_name(name text, category text)
returns boolean language sql immutable as $body$
  select foldlog.is_name(name, 512) and name like '_%-_%' and name not like '-%' and name not like '$%'
    and category = split_part(name, '-', 1)
$body$;

revoke execute on function foldlog.is_stream_name(text, text) from public;
