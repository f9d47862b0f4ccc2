-- The first history, and the boundary.
select foldlog.begin_history();

alter function foldlog.verify_place(bigint, uuid, uuid) security definer set search_path = pg_catalog, pg_temp;

revoke execute on function
  foldlog.begin_history(), foldlog.sign_state(), foldlog.shared_with(uuid), foldlog.common_with(uuid), foldlog.is_place(bigint, uuid), foldlog.anchor_at(bigint),
  foldlog.verify_place(bigint, uuid, uuid), foldlog.keep_inline_state()
from public;
