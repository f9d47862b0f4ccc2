-- Raises FL007. The client checks its input before it sends anything, so only a caller without the client gets this
-- error. It returns a text, so that it can be the other branch of a `case`.
create or replace function foldlog.raise_invalid_input(what text, value text)
returns text language plpgsql volatile as $body$
begin
  raise exception using
    errcode = 'FL007',
    message = format('%s is not valid: %s', what, coalesce(left(value, 200), 'null')),
    hint = 'The client of foldlog checks what it sends; Limits and the checks of @foldlog/core say what is valid.';
end
$body$;

revoke execute on function foldlog.raise_invalid_input(text, text) from public;
