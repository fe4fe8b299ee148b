"""Values of members that AWS takes, by what the members mean."""

from __future__ import annotations

import json

from hypothesis import strategies as st

NAMES = st.text(st.sampled_from("abcxyzABC019-_"), min_size=1, max_size=8)
WORDS = st.text(st.sampled_from("abc XYZ 0-9_.:/=+@äé日"), min_size=1, max_size=12).map(str.strip).filter(bool)
"""The customer's own words, as tags and descriptions of API Gateway take them."""

LATIN = st.text(st.sampled_from("abcXYZ019 ._-:/()#,@[]+=;{}!$*"), min_size=1, max_size=12).map(str.strip).filter(bool)
"""Descriptions of EC2."""

SIMPLE = st.text(st.sampled_from("abcXYZ019"), min_size=1, max_size=6)
YES_OR_NO = st.booleans()
TAG_KEYS = (
    st.text(st.sampled_from("abcXYZ019 _.:/=+-@"), min_size=1, max_size=8)
    .map(str.strip)
    .filter(lambda key: bool(key) and not key.lower().startswith("aws:"))
)
TAGS = st.dictionaries(TAG_KEYS, WORDS, min_size=1, max_size=3)
VARIABLES = st.dictionaries(
    st.text(st.sampled_from("abcXYZ019_"), min_size=1, max_size=6),
    st.text(st.sampled_from("abcXYZ019-._~:/?#&=,"), min_size=1, max_size=10),
    min_size=1,
    max_size=3,
)
MEDIA = st.sampled_from(["application/json", "application/xml", "text/plain", "image/png"])
TEMPLATES = st.dictionaries(MEDIA, WORDS | st.just("$input.json('$')"), min_size=1, max_size=2)
RATES = st.integers(0, 2000).map(lambda number: number / 2)
BURSTS = st.integers(0, 5000)
PERCENT = st.integers(0, 200).map(lambda number: number / 2)
ACCOUNT_ROLE = st.just("arn:aws:iam::<<account>>:role/apigateway-calls")
STATUS = st.sampled_from(["200", "201", "400", "404", "500", "503"])

VERBS = ("GET", "PUT", "POST", "DELETE", "PATCH", "OPTIONS", "HEAD", "ANY")
POLICIES = st.lists(
    st.sampled_from(
        ["execute-api:/*", "execute-api:/prod/GET/*", "arn:aws:execute-api:<<region>>:<<account>>:*/dev/*"]
    ),
    min_size=1,
    max_size=2,
    unique=True,
).map(
    lambda resources: json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": resources},
                {
                    "Effect": "Deny",
                    "Principal": {"AWS": ["arn:aws:iam::<<account>>:root"]},
                    "Action": ["execute-api:Invoke"],
                    "Resource": "execute-api:/*",
                    "Condition": {"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "192.0.2.0/24"]}},
                },
            ],
        }
    )
)
SCHEMAS = st.dictionaries(
    SIMPLE, st.sampled_from(["string", "integer", "boolean"]).map(lambda kind: {"type": kind}), min_size=1, max_size=3
).map(lambda properties: json.dumps({"type": "object", "properties": properties, "required": sorted(properties)}))


def listed(strategy: st.SearchStrategy[str], most: int = 3) -> st.SearchStrategy[list[str]]:
    """A list of different ones, one at least."""
    return st.lists(strategy, min_size=1, max_size=most, unique=True)


def certificate(region: str = "<<region>>") -> st.SearchStrategy[str]:
    """The ARN of a certificate in a region."""
    digits = st.integers(0, 99).map(lambda number: f"00000000-1111-2222-3333-{number:012d}")
    return digits.map(lambda each: f"arn:aws:acm:{region}:<<account>>:certificate/{each}")


TRUSTSTORES = st.sampled_from(["s3://trust/store.pem", "s3://other/bundle.pem"])
