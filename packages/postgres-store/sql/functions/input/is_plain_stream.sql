-- Whether the name of a stream of this category is valid without another check, except for control characters:
-- `category-id`, neither part empty, without a leading $, and with at most as many bytes as a name may have UTF-16 code
-- units. (No text has more code units than bytes.) Patterns of LIKE take a tenth of the time of a regular expression.
create or replace function foldlog.is_plain_stream(name text, category text)
returns boolean language sql immutable as $body$
  select octet_length(name) <= 512 and category = split_part(name, '-', 1)
    and name like '_%-_%' and name not like '-%' and name not like '$%'
$body$;

revoke execute on function foldlog.is_plain_stream(text, text) from public;
