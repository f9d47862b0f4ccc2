-- Whether a value is the user of an event: a JSON object that JavaScript can read. In plpgsql, so that Postgres does
-- not put it in the place of its call: few appends come here, and all would pay for its operators.
create or replace function foldlog.is_user(value jsonb) returns boolean language plpgsql immutable as $body$
begin
  return jsonb_typeof(value) = 'object' and foldlog.is_json(value);
end
$body$;

revoke execute on function foldlog.is_user(jsonb) from public;
