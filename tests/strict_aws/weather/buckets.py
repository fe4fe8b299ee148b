"""Token buckets in an AWS's own time."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.strict_aws.weather.quotas import Quota


@dataclass
class Bucket:
    """The tokens that one account has left of one quota in one region."""

    quota: Quota
    tokens: float
    at: float

    def wait(self, now: float, share: float) -> float:
        """Seconds until there is a token, 0 when there is one; others eat the `share` of what flows in."""
        self.tokens = min(self.quota.capacity, self.tokens + (now - self.at) * self.quota.rate * (1 - share))
        self.at = now
        if self.tokens >= 1 - 1e-4:
            return 0.0
        return (1 - self.tokens) / (self.quota.rate * (1 - share))


@dataclass
class Buckets:
    """All buckets of an AWS. ``share`` is the part of every rate that another client of the account eats, below 1."""

    share: float = 0.0
    _held: dict[tuple[str, str, str], Bucket] = field(default_factory=dict)

    def take(self, account: str, region: str, quotas: list[Quota], now: float) -> float:
        """Take a token of each; when one has none, take nothing and return the seconds until all have one."""
        mine = [
            self._held.setdefault((account, region, quota.name), Bucket(quota, quota.capacity, now)) for quota in quotas
        ]
        wait = max(bucket.wait(now, self.share) for bucket in mine)
        if wait == 0:
            for bucket in mine:
                bucket.tokens -= 1
        return wait

    def refill(self) -> None:
        """Make all of them full."""
        self._held.clear()
