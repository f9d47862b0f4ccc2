-- The condition, as SQL, that a document comes after another one in an order: it is greater in the first of `terms` in
-- which they differ, or less where that term is descending. `literals` are the terms of the other document. The
-- condition is null when they are. When all terms have one direction, it is a comparison of rows, which an index finds.
create or replace function foldlog.documents_after(terms text[], literals text[], descending boolean[])
returns text language plpgsql immutable strict as $body$
declare
  condition text;
begin
  if true <> all (descending) or false <> all (descending) then
    return format(
      '(%s) %s (%s)', array_to_string(terms, ', '), case when descending[1] then '<' else '>' end,
      array_to_string(literals, ', ')
    );
  end if;
  for i in reverse cardinality(terms)..1 loop
    condition := format(
      case when condition is null then '%1$s %2$s %3$s' else '(%1$s %2$s %3$s or %1$s = %3$s and %4$s)' end,
      terms[i], case when descending[i] then '<' else '>' end, literals[i], condition
    );
  end loop;
  -- An index finds where its first term begins.
  return format('%s %s %s and %s', terms[1], case when descending[1] then '<=' else '>=' end, literals[1], condition);
end
$body$;

revoke execute on function foldlog.documents_after(text[], text[], boolean[]) from public;
