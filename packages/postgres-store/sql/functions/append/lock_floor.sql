-- Locks the floor of this transaction until its end: it draws positions above the floor only, and until then the
-- settled position goes no further. Returns the floor, the last position that was drawn. A select from the sequence
-- could be too high for a moment, by up to 32, which `nextval` logs ahead. An append would then be refused.
--
-- Every call takes the lock. Every session can set a setting of this form, so no setting may make a call skip the lock.
-- The setting is only a hint about which floor to lock: it names the floor that this transaction locked first. The
-- server counts a second lock of one key in the session's own memory, so its table of locks, which is finite, holds one
-- entry however many appends a transaction makes. A hint above the floor is not followed. A lower floor than needed is
-- always safe: it only holds readers back further, until the transaction ends. A forged hint can do no more than that.
-- A hint that is 2^39 or more below the floor is not followed either, because foldlog.settled_position sees only 40
-- bits of a floor.
--
-- No call waits. Every role can take advisory locks, and an exclusive one would block all appends above that floor. So
-- when the call cannot lock a floor at once, it locks a lower floor, which it chooses at random. Readers then wait at
-- the lower floor until this transaction ends.
--
-- The setting is null until the session's first append that is not refused, and empty or a number from then on. So each
-- session checks the sequences once. When the floor is a multiple of 61, it checks the positions again, because rows
-- can be copied, or a sequence set back, while a session is open that has appended before. 61 is a prime: with 64,
-- batches of 16 met a multiple every fourth time, and batches of 64 every time or never.
--
-- Every append calls this function, so nearly all calls take the first branch, which has no query: a query costs ten
-- times as much as an assignment. Hence `kept`. The pattern has no backslash, because its meaning depends
-- on the client's `standard_conforming_strings`.
create or replace function foldlog.lock_floor(log oid) returns bigint language plpgsql as $body$
declare
  setting constant text := 'foldlog_floor.of_' || log;
  floor bigint := pg_sequence_last_value(log);
  hint text; lowest bigint;
  kept text;
begin
  if current_setting(setting, true) = '' and floor % 61 > 0 then
    if pg_try_advisory_xact_lock_shared(foldlog.floor_key(log, floor)) then
      kept := set_config(setting, floor::text, true);
      return floor;
    end if;
  end if;

  hint := current_setting(setting, true);
  if floor is null or hint is null then
    perform foldlog.check_sequences();
    -- Nothing was drawn: then the floor is before the first position that can be drawn, which is a high one in a log
    -- that was restored.
    floor := coalesce(
      floor, (select last_value - 1 from foldlog.positions where not is_called), pg_sequence_last_value(log)
    );
  elsif floor % 61 = 0 then
    -- Compared with the last position drawn now and not with the floor: others may have drawn and committed since the
    -- floor was read.
    if (select max(position) from foldlog.events) > pg_sequence_last_value(log) then
      perform foldlog.check_sequences();
    end if;
  end if;

  if hint ~ '^[0-9]{1,16}$' then lowest := hint::bigint; end if;
  if floor - lowest between 0 and 549755813887 then
    if pg_try_advisory_xact_lock_shared(foldlog.floor_key(log, lowest)) then return floor; end if;
  elsif pg_try_advisory_xact_lock_shared(foldlog.floor_key(log, floor)) then
    kept := set_config(setting, floor::text, true);
    return floor;
  end if;

  loop
    lowest := floor - (random() * 549755813887)::bigint;
    if pg_try_advisory_xact_lock_shared(foldlog.floor_key(log, lowest)) then return floor; end if;
  end loop;
end
$body$;

revoke execute on function foldlog.lock_floor(oid) from public;
