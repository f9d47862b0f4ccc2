-- The place of a JSON value in the order of documents, as bytes: the same as SortKey.of in @foldlog/core, which says
-- more. Null is a missing field. Indexes hold these bytes, so this function never changes its results: another encoding
-- is a function of another name.
--
-- `convert_to` is marked stable because it depends on the encoding of the database. That is UTF8 (FL012), so the result
-- is immutable.
create or replace function foldlog.sort_key(value jsonb) returns bytea language plpgsql immutable parallel safe
as $body$
declare
  bytes bytea;
begin
  case coalesce(jsonb_typeof(value), 'missing')
    when 'string' then
      return decode('05', 'hex') || substring(convert_to(left(value #>> '{}', 250), 'UTF8') from 1 for 250);
    when 'number' then
      bytes := float8send(value::numeric);
      -- The sign bit of positive numbers is set, and all bits of negative numbers are inverted.
      if get_bit(bytes, 7) = 0 then
        return decode('04', 'hex') || set_bit(bytes, 7, 1);
      end if;
      return decode('04', 'hex') || int8send(~ ('x' || encode(bytes, 'hex'))::bit(64)::bigint);
    when 'boolean' then return decode(case when value = 'true' then '03' else '02' end, 'hex');
    when 'missing' then return decode('00', 'hex');
    when 'null' then return decode('01', 'hex');
    when 'array' then return decode('06', 'hex');
    else return decode('07', 'hex');
  end case;
end
$body$;

revoke execute on function foldlog.sort_key(jsonb) from public;
