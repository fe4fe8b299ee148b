"""What AWS does on a bad day, and every other day: quotas, lag, conflicts and faults."""

from tests.strict_aws.weather.weather import Weather

__all__ = ["Weather"]
