"""Keys of rows grow in the order in which the rows are made."""

from __future__ import annotations

import threading

import time_machine

from tenants.identifiers import uuid7


def test_keys_of_one_process_grow_within_a_millisecond_too():
    with time_machine.travel("2026-11-23 09:00 +0000", tick=False):
        keys = [uuid7() for _ in range(2_000)]
    assert keys == sorted(keys) and len(set(keys)) == 2_000
    assert {key.int >> 80 for key in keys} == {keys[0].int >> 80}
    assert {(key.version, key.variant) for key in keys} == {(7, "specified in RFC 4122")}


def test_keys_made_at_once_differ():
    made: list[list[object]] = [[] for _ in range(4)]

    def make(mine):
        mine.extend(uuid7() for _ in range(500))

    threads = [threading.Thread(target=make, args=(mine,)) for mine in made]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({key for mine in made for key in mine}) == 2_000
