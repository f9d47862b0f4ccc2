-- Turns a schema of the 72 numbered files, which were never released, into one of migrations 1 to 5. It is applied
-- once, before the functions. It does not change log_state: another transaction in its row would begin a new history.
drop trigger protect on foldlog.events;
drop trigger protect on foldlog.streams;
drop trigger protect_version on foldlog.streams;
drop trigger protect on foldlog.log_histories;
drop trigger protect on foldlog.recovery_mark;
drop trigger protect on foldlog.log_state;
drop trigger keep_state on foldlog.inline_projections;

drop function foldlog.protect();
drop function foldlog.floor_key(oid, bigint);
drop function foldlog.lock_floor(oid);
drop function foldlog.refuse_late(bigint, bigint, regclass);
drop function foldlog.require_read_committed();
drop function foldlog.repetition(bigint, jsonb);
drop function foldlog.first_known_id(jsonb);
drop function foldlog.append_alone(
  text, text, bigint, uuid, uuid[], text[], smallint[], jsonb[], text[], text[], jsonb[]
);
drop function foldlog.append_plain(
  text[], text[], bigint[], int[], uuid, uuid[], text[], smallint[], jsonb[], text[], text[], jsonb[]
);
drop function foldlog.append(jsonb, jsonb);
drop function foldlog.horizon();
drop function foldlog.event_text(text, foldlog.events);
drop function foldlog.read_log(bigint, int, jsonb, uuid);
drop function foldlog.read_stream(text, bigint, int, boolean, uuid);
drop function foldlog.read_from_snapshot(text, int, int);
drop function foldlog.save_snapshot(text, int, bigint, jsonb, uuid);
drop function foldlog.find_events(jsonb);
drop function foldlog.stream_info(text);
drop function foldlog.delete_stream(text, bigint);
drop function foldlog.version_at(bigint, bigint, bigint);
drop function foldlog.generation_role(foldlog.handlers, foldlog.handler_generations);
drop function foldlog.lease_end(foldlog.handler_members);
drop function foldlog.generation_id(text, int);
drop function foldlog.clock_ms();
drop function foldlog.register_handler(text, int, int, bigint);
drop function foldlog.locked_handler(text);
drop function foldlog.promote_handler(text, int);
drop function foldlog.retire_handler(text, int);
drop function foldlog.remove_retired(int);
drop function foldlog.beats(jsonb);
drop function foldlog.standing(bigint, text, int);
drop function foldlog.heartbeat(jsonb);
drop function foldlog.release_leases(jsonb);
drop function foldlog.commit_handlers(jsonb);
drop function foldlog.document_text(foldlog.handler_documents);
drop function foldlog.get_documents(text, int, text, jsonb);
drop function foldlog.list_documents(text, int, text, jsonb, jsonb, text, text, text, int);
drop function foldlog.due_documents(text, int, jsonb, int);
drop function foldlog.wish_document(text, int, text, text, text);
drop function foldlog.handler_checkpoints(jsonb);
drop function foldlog.handler_status();
drop function foldlog.handler_generations();
drop function foldlog.lock_views(jsonb, jsonb);
drop function foldlog.write_views(jsonb, bigint[]);
drop function foldlog.open_inline(text, int, jsonb);
drop function foldlog.pause_appends(text, jsonb, int);
drop function foldlog.close_inline(foldlog.inline_projections);
drop function foldlog.end_inline(text);
drop function foldlog.list_inline();
drop function foldlog.read_streams(text[], bigint[], int[]);
drop function foldlog.begin_history();
drop function foldlog.sign_state();
drop function foldlog.shared_with(uuid);
drop function foldlog.is_place(bigint, uuid);
drop function foldlog.common_with(uuid);
drop function foldlog.anchor_at(bigint);
drop function foldlog.verify_place(bigint, uuid, uuid);
drop function foldlog.keep_inline_state();
drop function foldlog.next_epoch(bigint);
drop function foldlog.set_back_handler(text, bigint, jsonb);
drop function foldlog.sequences_behind();
drop function foldlog.check_sequences();
drop function foldlog.advance_sequences();
drop function foldlog.freeze_generation(bigint);
drop function foldlog.thaw_generation(bigint);
drop function foldlog.swap_generations(foldlog.handlers, int);
drop function foldlog.registered_text(foldlog.handlers, int, text);
drop function foldlog.roll_back_handler(text, int);

alter view foldlog.living_state rename to checked_log_state;
alter view foldlog.checked_log_state rename column lives to is_current;
create or replace view foldlog.checked_log_state as
  select history, positions, stream_ids, inline,
    server_started = pg_postmaster_start_time() and made_by = s.xmin and file = pg_relation_filepath(s.tableoid)
      and s.history is not distinct from (select m.history from foldlog.recovery_mark m limit 1) as is_current
  from foldlog.log_state s;
alter table foldlog.handlers add column indexes jsonb;
alter table foldlog.handler_documents add column handler bigint;
update foldlog.handler_documents d set handler = g.handler from foldlog.handler_generations g where g.id = d.generation;
alter table foldlog.handler_documents alter column handler set not null;
alter table foldlog.handler_documents rename column wish to requested_action;
update foldlog.handler_documents set kind = 'gaps' where kind = 'ahead';
alter table foldlog.handler_generations rename column spoiled to invalidated;
alter table foldlog.handler_generations rename column set_backs to checkpoint_resets;
alter table foldlog.handler_generations add column identity jsonb;
alter table foldlog.handler_partitions add column released boolean not null default true;
drop index foldlog.handler_documents_due;
create index handler_documents_due on foldlog.handler_documents (generation, kind, partition, due, key)
where due is not null;
alter table foldlog.handler_documents add column parked_position jsonb;
update foldlog.handler_documents set parked_position = data -> 'position' where kind = 'parked';
create index handler_documents_parked on foldlog.handler_documents (generation, parked_position)
where kind = 'parked';
alter table foldlog.events add column tags text[] collate "C";
create table foldlog.event_tags (
  tag      bigint not null,
  position bigint not null,
  type     text collate "C" not null,
  primary key (tag, position)
);
create table foldlog.taggings (
  name     text collate "C" primary key,
  required jsonb not null,
  promoted boolean not null default false
);
