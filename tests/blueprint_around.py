"""What a blueprint has around its REST APIs: links, certificates, keys and plans; and documentation inside them."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import strategies as st

from tests.aws_shapes import NAME, TEXT

Row = dict[str, Any]
Rows = list[tuple[str, Row]]

_TARGET = "arn:aws:elasticloadbalancing:<<region>>:<<account>>:loadbalancer/net/back/0123456789abcdef"
_PLACES: list[Row] = [
    {"type": "API"},
    {"type": "MODEL", "name": "Pet"},
    {"type": "RESOURCE", "path": "/pets"},
    {"type": "METHOD", "path": "/", "method": "*"},
    {"type": "RESPONSE_HEADER", "path": "/pets", "method": "GET", "statusCode": "*", "name": "ETag"},
]
_PROPERTIES = st.sampled_from([{"description": "Pets"}, {"tags": ["a", "b"], "info": {"x": 1}}])
TAGS = st.dictionaries(NAME, st.one_of(st.just(""), TEXT), max_size=2)
_MAYBE = st.one_of(st.just({}), TEXT.map(lambda text: {"description": text}))


@st.composite
def documentation(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """Parts of an API, and versions of them."""
    places = draw(st.lists(st.sampled_from(range(len(_PLACES))), unique=True, max_size=3))
    parts = [
        (
            f"part:{number}",
            {"id": f"<<part:{number}>>", "location": _PLACES[number], "properties": json.dumps(draw(_PROPERTIES))},
        )
        for number in places
    ]
    versions = draw(st.lists(st.sampled_from(["1", "2 beta"]), unique=True))
    return parts, [(f"version:{v}", {"version": v, "createdDate": ""} | draw(_MAYBE)) for v in versions]


@st.composite
def around(draw: st.DrawFn, apis: list[tuple[str, Row, dict[str, Rows]]]) -> dict[str, Rows]:
    """The tables of what is listed once a region; the link and the certificate are always there."""
    stages = [(handle, row["stageName"]) for handle, _, tables in apis for _, row in tables["stages"]]
    tables: dict[str, Rows] = {}
    link = {"id": "<<link:nlb>>", "name": "nlb", "targetArns": [_TARGET], "status": "AVAILABLE", "tags": draw(TAGS)}
    tables["links"] = [("link:nlb", link | draw(_MAYBE))]
    tables["certificates"] = [
        (
            f"certificate:{n}",
            {
                "clientCertificateId": f"<<certificate:{n}>>",
                "description": f"ours {n}",
                "createdDate": "",
                "tags": draw(TAGS),
            },
        )
        for n in range(draw(st.integers(1, 2)))
    ]
    names = draw(st.sampled_from([(), ("mobile",), ("mobile", "partner/é")]))
    tables["keys"] = [(f"key:{name}", draw(_key(name, stages))) for name in names]
    plans = draw(st.sampled_from([(), ("gold",), ("gold", "silver")]))
    shares = list(stages)
    tables["plans"] = []
    for name in plans:
        mine, shares = shares[:1], shares[1:]
        tables["plans"].append((f"plan:{name}", draw(_plan(name, mine))))
    tables["members"] = [
        (f"member:{plan}/{key}", {"usagePlanId": f"<<plan:{plan}>>", "keyId": f"<<key:{key}>>", "keyType": "API_KEY"})
        for plan in plans
        for key in names
        if draw(st.booleans())
    ]
    role = {"cloudwatchRoleArn": f"arn:aws:iam::<<account>>:role/{draw(st.sampled_from(['logs', 'other']))}"}
    tables["account"] = [("account:", role)]
    return tables


@st.composite
def _key(draw: st.DrawFn, name: str, stages: list[tuple[str, str]]) -> Row:
    held = draw(st.lists(st.sampled_from(stages), unique=True, max_size=2)) if stages else []
    return {
        "id": f"<<key:{name}>>",
        "name": name,
        "value": "never shown unasked",
        "enabled": draw(st.booleans()),
        "customerId": draw(st.sampled_from(["", "c-1"])),
        "stageKeys": [f"<<{api}>>/{stage}" for api, stage in held],
        "createdDate": "",
        "tags": draw(TAGS),
    } | draw(_MAYBE)


@st.composite
def _plan(draw: st.DrawFn, name: str, stages: list[tuple[str, str]]) -> Row:
    limits = st.fixed_dictionaries({"burstLimit": st.integers(0, 9), "rateLimit": st.sampled_from([0.0, 0.5, 100.0])})
    throttles = st.dictionaries(st.sampled_from(["/pets/GET", "/a~b/{id}/*", "//POST"]), limits, max_size=2)
    entries = [{"apiId": f"<<{api}>>", "stage": stage, "throttle": draw(throttles)} for api, stage in stages]
    row: Row = {"id": f"<<plan:{name}>>", "name": name, "apiStages": entries, "tags": draw(TAGS)} | draw(_MAYBE)
    if draw(st.booleans()):
        row["throttle"] = draw(limits)
    if draw(st.booleans()):
        row["quota"] = {"limit": draw(st.integers(1, 99)), "offset": draw(st.integers(0, 6)), "period": "WEEK"}
    return row
