"""Whether there is room for what a plan makes: AWS's quotas against what will be there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from dr_toolkit.engine.preflight.subject import Scene
from dr_toolkit.model.documents import GAP, WARNING, Finding
from dr_toolkit.model.keys import ResourceKey
from dr_toolkit.spec.quotas import DOMAINS, QUOTAS, REST_APIS

OVER = "over-quota"


def numbers(scene: Scene) -> Iterator[Finding]:
    """Things of a type, in the region or in each of what they lie in, where some are made."""
    for quota in QUOTAS:
        if quota.type not in scene.registry:
            continue
        counted: Counter[str] = Counter()
        growing: set[str] = set()
        for key in scene.of(quota.type):
            place = _around(key, quota.per, scene) if quota.per else quota.type
            counted[place] += 1
            if key.text in scene.new:
                growing.add(place)
        for place in sorted(growing):
            if counted[place] > quota.most:
                title = scene.registry[quota.type].title
                yield _over(place, f"it will hold {counted[place]:,} of {title}", quota.most, fixed=quota.fixed)


def rest_apis(scene: Scene) -> Iterator[Finding]:
    """REST APIs of each endpoint type."""
    yield from _by_endpoint(scene, "apigateway.rest_api", REST_APIS, {})


def domains(scene: Scene) -> Iterator[Finding]:
    """Public and private custom domain names."""
    yield from _by_endpoint(scene, "apigateway.domain_name", DOMAINS, {"EDGE": "REGIONAL"})


def _by_endpoint(
    scene: Scene, type_name: str, quotas: dict[str, tuple[int, bool]], together: dict[str, str]
) -> Iterator[Finding]:
    counted: Counter[str] = Counter()
    growing: set[str] = set()
    for key in scene.of(type_name):
        resource = scene.get(key)
        types = (resource.attributes.get("endpointConfiguration") or {}).get("types") if resource else None
        kind = str((types or ["EDGE"])[0])
        kind = together.get(kind, kind)
        counted[kind] += 1
        if key.text in scene.new:
            growing.add(kind)
    for kind in sorted(growing):
        most, fixed = quotas.get(kind, (0, False))
        if most and counted[kind] > most:
            title = scene.registry[type_name].title
            yield _over(type_name, f"there will be {counted[kind]:,} of {title} ({kind.lower()})", most, fixed=fixed)


def _around(key: ResourceKey, per: str, scene: Scene) -> str:
    """The thing of a type that a key lies in; the type itself where it lies in none."""
    above: ResourceKey | None = key
    while above is not None:
        if above.type == per:
            return above.text
        above = scene.registry.parent(above)
    return per


def _over(place: str, what: str, most: int, *, fixed: bool) -> Finding:
    if fixed:
        text = f"{what}, and AWS allows {most:,}, which can't be raised: what is beyond that is refused"
        return Finding(GAP, OVER, place, text)
    text = f"{what}, and AWS allows {most:,} if nobody has raised that: raise it in the target region, too"
    return Finding(WARNING, OVER, place, text)
