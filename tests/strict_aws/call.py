"""One call as the function that answers it sees it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from tests.strict_aws.refusals import bad_request
from tests.strict_aws.rules import Rule

if TYPE_CHECKING:
    from tests.strict_aws.aws import StrictAws

Part = TypeVar("Part")
Document = dict[str, Any]

_READS = ("Describe", "Get", "List", "Search", "Export", "TestInvoke")


@dataclass
class Region:
    """One account's region: its partition, and what each service holds there."""

    account: str
    name: str
    partition: str = "aws"
    parts: dict[type, Any] = field(default_factory=dict)

    def part(self, kind: type[Part]) -> Part:
        """What a service holds here: one object of its class, made empty when first asked for."""
        if kind not in self.parts:
            self.parts[kind] = kind()
        held: Part = self.parts[kind]
        return held

    @property
    def dns_suffix(self) -> str:
        """What the names of hosts end in."""
        return {"aws-cn": "amazonaws.com.cn", "aws-eusc": "amazonaws.eu"}.get(self.partition, "amazonaws.com")

    def arn(self, service: str, resource: str, *, account: str | None = None) -> str:
        """The ARN of something here; API Gateway's have no account: pass an empty one."""
        return f"arn:{self.partition}:{service}:{self.name}:{self.account if account is None else account}:{resource}"


@dataclass
class Call:
    """An operation, its parameters by the model's member names, and where it goes."""

    aws: StrictAws
    region: Region
    service: str
    operation: str
    params: Document

    @property
    def reads(self) -> bool:
        """Whether it only reads."""
        return self.operation.startswith(_READS)

    def part(self, kind: type[Part]) -> Part:
        """What a service holds in the call's account and region."""
        return self.region.part(kind)

    def holds(self, rule: Rule) -> bool:
        """Whether a rule is switched on."""
        return self.aws.holds(rule)

    @property
    def now(self) -> float:
        """The time of this AWS, in seconds since 1970."""
        return self.aws.clock.now()

    def created(self) -> float:
        """A date of creation: whole seconds, and never one that was given before, so that order can be told."""
        return self.aws.next_date()

    def given(self, *names: str) -> Document:
        """Those parameters that were sent, by name; empty texts, lists and maps among them."""
        return {name: self.params[name] for name in names if self.params.get(name) is not None}

    def cut(self, rows: Sequence[Document], size: int, token: str | None) -> tuple[list[Document], str | None] | None:
        """One page of a list, and the token of the next if there is one; None where the token is not one of this list.

        A token is opaque. It stands for a place in the list, so that a list that changes between two pages may show a
        row twice or leave one out, as AWS's do. The weather may make a page shorter than was asked for.
        """
        start = self.aws.pages.start(token, self._list_name())
        if start is None:
            return None
        end = start + self.aws.weather.page_size(self, size)
        return list(rows[start:end]), self.aws.pages.token(end, self._list_name()) if end < len(rows) else None

    def page(self, rows: Sequence[Document], *, usual: int = 25, most: int = 500) -> tuple[list[Document], str | None]:
        """One page of an API Gateway v1 list by `limit` and `position`; the position of the next, if there is one."""
        limit = self.params.get("limit", usual)
        if not 1 <= limit <= most:
            raise bad_request(f"Invalid limit specified. Must be between 1 and {most}")
        found = self.cut(rows, limit, self.params.get("position"))
        if found is None:
            raise bad_request("Invalid position parameter")
        return found

    def _list_name(self) -> str:
        mine = {k: v for k, v in self.params.items() if k not in ("limit", "position", "MaxResults", "NextToken")}
        return f"{self.region.account}/{self.region.name}/{self.service}/{self.operation}/{sorted(mine.items())!r}"
