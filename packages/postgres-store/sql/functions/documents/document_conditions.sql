-- The conditions of a filter of documents, as SQL. They hold their values as literals, because the planner uses a
-- partial index only when it knows that the condition of the index holds. %L quotes every value.
--
-- filter: {partitions, fields, ranges: [[path, from, to], ...], first, before}, each of which may be absent
create or replace function foldlog.document_conditions(target bigint, in_kind text, filter jsonb)
returns text language plpgsql stable as $body$
begin
  return concat_ws(' and ',
    format(
      'generation = %L::bigint and kind = %L and handler = %L::bigint', target, in_kind,
      (select g.handler from foldlog.handler_generations g where g.id = target)
    ),
    'key >= ' || quote_literal(filter ->> 'first'),
    'key < ' || quote_literal(filter ->> 'before'),
    case when filter ? 'partitions' then format(
      'partition = any (%L::int[])', array(select value::int from jsonb_array_elements_text(filter -> 'partitions'))
    ) end,
    case when filter ? 'fields' then format('data @> %L::jsonb', filter -> 'fields') end,
    (
      select string_agg(
        format(
          -- A range of one key is an equality, behind which an index is in the order of its other columns.
          case
            when value ->> 2 = (value ->> 1) || '00' then '%1$s = decode(%2$L, %4$L)'
            else '%1$s >= decode(%2$L, %4$L) and %1$s < decode(%3$L, %4$L)'
          end,
          foldlog.sort_key_of(value -> 0), value ->> 1, value ->> 2, 'hex'
        ),
        ' and '
      )
      from jsonb_array_elements(filter -> 'ranges')
    )
  );
end
$body$;

revoke execute on function foldlog.document_conditions(bigint, text, jsonb) from public;
