-- The first 8 bytes of the SHA-256 of a tag, as a number. The hash functions of Postgres differ between versions and
-- machines, so a dump of them would be wrong elsewhere.
create or replace function foldlog.tag_hash(tag text) returns bigint language sql stable as $body$
  select ('x' || encode(substring(sha256(convert_to(tag, 'UTF8')) for 8), 'hex'))::bit(64)::bigint
$body$;

revoke execute on function foldlog.tag_hash(text) from public;
