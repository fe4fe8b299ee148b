"""`python -m tests.strict_aws`: a strict AWS on loopback, until it is interrupted."""

from __future__ import annotations

import argparse
import sys

from tests.strict_aws.aws import ACCOUNT, StrictAws
from tests.strict_aws.clock import HurriedClock
from tests.strict_aws.rules import LEDGER
from tests.strict_aws.server import Server


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.strict_aws", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="port on 127.0.0.1; 0 takes a free one (default)")
    parser.add_argument("--rough", action="store_true", help="quotas, lag and short pages on")
    parser.add_argument("--hurry", type=float, default=1.0, help="how many times faster time goes (default 1)")
    parser.add_argument("--no-recalled", action="store_true", help="leave out the rules that are only recalled")
    parser.add_argument("--rules", action="store_true", help="print the ledger of rules and end")
    return parser.parse_args()


def print_rules() -> None:
    """Every rule with its source; those that are only recalled are marked."""
    for rule in sorted(LEDGER.values(), key=lambda rule: rule.id):
        print(f"{rule.id}{' [recalled]' if rule.recalled else ''}\n    {rule.text}\n    source: {rule.source}")


def main() -> int:
    """Serve, or print the ledger."""
    given = _arguments()
    aws = StrictAws(HurriedClock(given.hurry), recalled=not given.no_recalled)
    if given.rules:
        print_rules()
        return 0
    if given.rough:
        aws.weather.turn_rough()
    server = Server(aws, given.port)
    print(f"export AWS_ENDPOINT_URL={server.endpoint}")
    print(f"export AWS_ACCESS_KEY_ID={ACCOUNT} AWS_SECRET_ACCESS_KEY=secret", flush=True)
    try:
        server.serve()
    except KeyboardInterrupt:
        server.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
