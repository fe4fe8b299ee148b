"""Integrations of REST APIs, and the responses of methods, drawn member by member."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.strict_aws.estates.drawn import values as v
from tests.strict_aws.estates.drawn.pen import Pen
from tests.strict_aws.estates.rest import function_uri
from tests.strict_aws.estates.steps import Document, mark

KINDS = ("MOCK", "HTTP", "HTTP_PROXY", "AWS", "AWS_PROXY", "LINK")
_HANDLING = st.sampled_from(["CONVERT_TO_BINARY", "CONVERT_TO_TEXT"])


def integration(pen: Pen, variant: int, parameters: Document) -> Document:
    """Parameters of PutIntegration for a method that declares these parameters."""
    kind = KINDS[variant % len(KINDS)] if pen.full else pen.one(KINDS)
    asked = pen.given(
        {"type": "HTTP" if kind == "LINK" else kind},
        requestTemplates=v.TEMPLATES,
        passthroughBehavior=st.sampled_from(["WHEN_NO_MATCH", "WHEN_NO_TEMPLATES", "NEVER"]),
        contentHandling=_HANDLING,
        timeoutInMillis=st.integers(50, 29000),
        cacheNamespace=v.NAMES,
    )
    if parameters:
        asked = pen.given(asked, cacheKeyParameters=v.listed(st.sampled_from(sorted(parameters)), 2))
    if kind == "MOCK":
        return asked
    asked |= {"integrationHttpMethod": pen.one(v.VERBS), "uri": _uri(pen, kind)}
    sources = sorted(f"'{number}'" for number in range(2)) + [each for each in parameters if "multivalue" not in each]
    targets = st.sampled_from(["header.X-A", "querystring.b", "path.c"]).map("integration.request.".__add__)
    asked = pen.given(
        asked, requestParameters=st.dictionaries(targets, st.sampled_from(sources), min_size=1, max_size=2)
    )
    if kind.startswith("AWS"):
        asked = pen.given(asked, credentials=v.ACCOUNT_ROLE)
    if kind in ("HTTP", "HTTP_PROXY"):
        asked = pen.given(asked, connectionType=st.just("INTERNET"), tlsConfig=st.builds(_tls, v.YES_OR_NO))
    if kind.endswith("_PROXY"):
        asked = pen.given(asked, responseTransferMode=st.sampled_from(["BUFFERED", "STREAM"]))
    if kind == "LINK":
        asked |= {"connectionType": "VPC_LINK", "connectionId": mark("link rest")}
        balancer = "arn:aws:elasticloadbalancing:<<region>>:<<account>>:loadbalancer/app/inner/50dc6c495c0c9188"
        asked = pen.given(asked, integrationTarget=st.just(balancer))
    return asked


def _tls(skips: bool) -> Document:
    return {"insecureSkipVerification": skips}


def _uri(pen: Pen, kind: str) -> str:
    if kind.startswith("AWS"):
        return function_uri(pen(v.NAMES))
    return pen.one(("https://a.example.com/x", "http://b.example.com/{id}", "https://${stageVariables.host}/y"))


def response(pen: Pen, models: list[str]) -> tuple[Document, Document]:
    """Parameters of PutMethodResponse and PutIntegrationResponse for one status."""
    headers = st.sampled_from(["header.X-A", "header.X-B"]).map("method.response.".__add__)
    front = pen.given(
        {},
        responseParameters=st.dictionaries(headers, v.YES_OR_NO, min_size=1, max_size=2),
        responseModels=st.dictionaries(v.MEDIA, st.sampled_from(models), min_size=1, max_size=2),
    )
    back = pen.given(
        {},
        selectionPattern=st.sampled_from([".*error.*", "4\\d{2}", ""]),
        responseTemplates=v.TEMPLATES,
        contentHandling=_HANDLING,
    )
    declared = sorted(front.get("responseParameters", {}))
    if declared:
        values = st.dictionaries(st.sampled_from(declared), st.sampled_from(["'1'", "'*'"]), min_size=1)
        back = pen.given(back, responseParameters=values)
    return front, back
