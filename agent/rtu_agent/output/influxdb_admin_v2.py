"""InfluxDB 2: buckets and tasks, through the management API of the client library."""

from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar

from influxdb_client.domain.bucket_retention_rules import BucketRetentionRules
from influxdb_client.domain.task_create_request import TaskCreateRequest
from influxdb_client.domain.task_update_request import TaskUpdateRequest
from influxdb_client.rest import ApiException
from urllib3.exceptions import HTTPError

from rtu_agent.output.answer import Answer
from rtu_agent.output.influxdb_admin import Admin, AdminError, Change, kept
from rtu_agent.output.influxdb_rollups import Kinds, prefix, task
from rtu_agent.output.influxdb_settings import InfluxdbSettings

_T = TypeVar("_T")


class AdminV2(Admin):
    """Tells a server of version 2."""

    def changes(self, kinds: Kinds) -> Iterator[Change]:
        """Give the buckets first, then the tasks that write to them."""
        for settings in self.buckets:
            yield self._bucket(settings)
        if self.settings.rollups_by == "server":
            for window_s in self.settings.rollups:
                yield self._task(window_s, kinds)

    def keeps_s(self) -> float | None:
        """Return the retention of the bucket."""
        bucket = self._found(self.settings.bucket)
        return _keep_s(bucket) if bucket else None

    def _bucket(self, settings: InfluxdbSettings) -> Change:
        bucket = self._found(settings.bucket)
        if bucket is None:
            return Change("bucket", settings.bucket, "created", kept(settings.keep), partial(self._create, settings))
        now_s = _keep_s(bucket)
        if settings.keep is None or settings.keep == now_s:
            return Change("bucket", settings.bucket, "unchanged", kept(now_s))
        detail = f"{kept(settings.keep)}, was {kept(now_s)}"
        return Change("bucket", settings.bucket, "changed", detail, partial(self._change, bucket, settings.keep))

    def _task(self, window_s: float, kinds: Kinds) -> Change:
        name, flux = prefix(self.settings, window_s), task(self.settings, window_s, kinds)
        tasks = self.doors.client.tasks_api()
        found = _asked(f"task {name}", partial(tasks.find_tasks, name=name, org=self.settings.org))
        if not found:
            request = TaskCreateRequest(org=self.settings.org, flux=flux)  # type: ignore[no-untyped-call]
            create = partial(_asked, f"task {name}", lambda: tasks.create_task(task_create_request=request))
            return Change("task", name, "created", flux, create)
        if found[0].flux == flux:
            return Change("task", name, "unchanged")
        update = TaskUpdateRequest(flux=flux)  # type: ignore[no-untyped-call]
        change = partial(_asked, f"task {name}", lambda: tasks.update_task_request(found[0].id, update))
        return Change("task", name, "changed", flux, change)

    def _found(self, name: str) -> Any:
        buckets = self.doors.client.buckets_api()
        query = {"name": name} | ({"org": self.settings.org} if self.settings.org else {})
        try:
            answer: Any = _asked(f"bucket {name}", partial(buckets.find_buckets, **query))
        except AdminError as error:
            if error.status == HTTPStatus.NOT_FOUND and "bucket" in error.said:  # and not the organisation
                return None
            raise
        return next(iter(answer.buckets), None)

    def _create(self, settings: InfluxdbSettings) -> None:
        buckets = self.doors.client.buckets_api()
        rules = _rules(settings.keep)
        _asked(
            f"bucket {settings.bucket}",
            lambda: buckets.create_bucket(bucket_name=settings.bucket, retention_rules=rules, org=settings.org),
        )

    def _change(self, bucket: Any, keep_s: float) -> None:
        bucket.retention_rules = _rules(keep_s)
        _asked(f"bucket {bucket.name}", lambda: self.doors.client.buckets_api().update_bucket(bucket))


def _rules(keep_s: float | None) -> list[BucketRetentionRules]:
    if keep_s is None:
        return []
    return [BucketRetentionRules(type="expire", every_seconds=round(keep_s))]  # type: ignore[no-untyped-call]


def _keep_s(bucket: Any) -> float | None:
    """Return the retention; 0 is for ever."""
    return next((float(rule.every_seconds) for rule in bucket.retention_rules if rule.every_seconds), None)


def _asked(what: str, ask: Callable[[], _T]) -> _T:
    try:
        return ask()
    except ApiException as error:
        answer = Answer("", error.status or None, str(error.body or ""), {})
        said = answer.said_by_database or answer.text.strip() or str(error.reason or "no further words")
        raise AdminError(what, answer.status, said) from error
    except HTTPError as error:
        raise AdminError(what, None, str(error)) from error
