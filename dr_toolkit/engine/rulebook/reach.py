"""Rules on what traffic a change lets in from everywhere: a rule for each service that must not be."""

from __future__ import annotations

from dr_toolkit.engine import services
from dr_toolkit.engine.exposure import INGRESS, LIST, RULE, Exposure, called
from dr_toolkit.engine.ranges import union
from dr_toolkit.engine.rulebook import references
from dr_toolkit.engine.rulebook.case import Case, Check, Rule
from dr_toolkit.engine.services import ICMP, ICMPV6, TCP, UDP
from dr_toolkit.engine.traffic import EVERY4, EVERY6, Peers, Traffic
from dr_toolkit.model.alerts import CRITICAL, HIGH, LOW, MEDIUM

MANY = 1024
"""So many ports in a row are told as such, not by each service among them."""

Spans = tuple[tuple[int, int], ...]


def tcp(*ports: int | tuple[int, int]) -> Spans:
    """TCP ports as ranges of services."""
    return tuple(services.ports(TCP, *(p if isinstance(p, tuple) else (p, p))) for p in ports)


def udp(*ports: int | tuple[int, int]) -> Spans:
    """UDP ports as ranges of services."""
    return tuple(services.ports(UDP, *(p if isinstance(p, tuple) else (p, p))) for p in ports)


_SERVICES: tuple[tuple[str, str, str, Spans], ...] = (
    ("ssh", "SSH", CRITICAL, tcp(22)),
    ("rdp", "Remote Desktop", CRITICAL, tcp(3389) + udp(3389)),
    ("winrm", "Windows remote management", CRITICAL, tcp((5985, 5986))),
    ("telnet", "Telnet", CRITICAL, tcp(23)),
    ("vnc", "VNC", CRITICAL, tcp((5800, 5803), (5900, 5903))),
    ("ftp", "FTP", HIGH, tcp((20, 21)) + udp(69)),
    ("smb", "Windows file sharing", CRITICAL, tcp(135, (137, 139), 445) + udp((137, 138))),
    ("nfs", "NFS", HIGH, tcp(111, 2049) + udp(111, 2049)),
    ("ldap", "LDAP", HIGH, tcp(389, 636) + udp(389)),
    ("smtp", "mail relaying", HIGH, tcp(25)),
    ("dns", "DNS", HIGH, tcp(53) + udp(53)),
    ("snmp", "SNMP", HIGH, tcp((161, 162)) + udp((161, 162))),
    ("mysql", "MySQL", CRITICAL, tcp(3306)),
    ("postgres", "PostgreSQL or Redshift", CRITICAL, tcp(5432, 5439)),
    ("sqlserver", "SQL Server", CRITICAL, tcp((1433, 1434)) + udp(1434)),
    ("oracle", "Oracle Database", CRITICAL, tcp(1521, (2483, 2484)) + udp(2483)),
    ("mongodb", "MongoDB", CRITICAL, tcp((27017, 27019))),
    ("redis", "Redis", CRITICAL, tcp(6379)),
    ("memcached", "Memcached", CRITICAL, tcp(11211) + udp(11211)),
    ("search", "Elasticsearch, OpenSearch or Kibana", CRITICAL, tcp(5601, (9200, 9300))),
    ("cassandra", "Cassandra", CRITICAL, tcp(7000, 7001, 7199, 9042, 9160)),
    ("kafka", "Kafka or ZooKeeper", CRITICAL, tcp(2181, (9092, 9094))),
    ("docker", "the Docker engine", CRITICAL, tcp((2375, 2376))),
    ("kubernetes", "Kubernetes control or etcd", CRITICAL, tcp((2379, 2380), 6443, 10250, 10255)),
    ("hadoop", "Hadoop", HIGH, tcp(8020, 8088, 9870, 50070)),
)
_WEB = tcp(80, 443) + udp(443)
_PING = tuple((number * services.BLOCK, (number + 1) * services.BLOCK - 1) for number in (ICMP, ICMPV6))
_PORTS = tuple(services.ports(number, 0, services.BLOCK - 1) for number in (TCP, UDP))
_NAMED = Traffic(
    tuple(
        (*span, Peers(EVERY4, EVERY6))
        for span in union([*_WEB, *_PING, *(s for *_, spans in _SERVICES for s in spans)])
    )
)


def from_everywhere(case: Case, direction: str = INGRESS) -> list[Traffic]:
    """What a change newly lets through that is open to the whole of IPv4 or IPv6 now, a set for each group."""
    found = []
    for exposure, way, part in case.opened:
        if way != direction:
            continue
        found.append(part & open_to_all(exposure, way))
    return [part for part in found if part]


def open_to_all(exposure: Exposure, direction: str) -> Traffic:
    """What every address of a family has now."""
    slabs = exposure.after[direction].slabs
    return Traffic(tuple((first, last, all_of) for first, last, peers in slabs if (all_of := everybody(peers))))


def everybody(peers: Peers) -> Peers:
    """Of some peers, the families in which every address is in."""
    return Peers(v4=peers.v4 if peers.v4 == EVERY4 else (), v6=peers.v6 if peers.v6 == EVERY6 else ())


def told(part: Traffic, way: str = INGRESS) -> str:
    """Services and peers of a set in a few words: ``tcp 22, tcp 80-81 from 0.0.0.0/0``."""
    word = "from" if way == INGRESS else "to"
    texts = []
    for spans, peers in part.by_peers():
        names = [str(s) for span in spans for s in services.named(*span)]
        texts.append(f"{_few(names)} {word} {_few([called(p) for p in peers.told()])}")
    return "; ".join(texts)


def _few(names: list[str], most: int = 4) -> str:
    return ", ".join(names if len(names) <= most else [*names[:most], f"{len(names) - most} more"])


def _wide(part: Traffic) -> Traffic:
    """The spans of it that are told as many ports at once."""
    return Traffic(tuple(slab for slab in part.slabs if slab[1] - slab[0] + 1 >= MANY and not _is_ping(slab)))


def _is_ping(slab: tuple[int, int, Peers]) -> bool:
    return any(first <= slab[0] and slab[1] <= last for first, last in _PING)


def _has_ports(slab: tuple[int, int, Peers]) -> bool:
    return any(slab[0] <= last and first <= slab[1] for first, last in _PORTS)


def _whole(*, ports: bool) -> Check:
    """A check whether many ports at once are open to the world now, or protocols that have none."""

    def check(case: Case) -> str:
        wide = (_wide(part).slabs for part in from_everywhere(case))
        found = (Traffic(tuple(slab for slab in slabs if _has_ports(slab) is ports)) for slabs in wide)
        return "; ".join(told(part) for part in found if part)

    return check


def _open(spans: Spans) -> Check:
    """A check whether one of some services is open to the world now, and was not."""

    def check(case: Case) -> str:
        found = [piece for part in from_everywhere(case) for span in spans if (piece := (part - _wide(part)).at(*span))]
        return "; ".join(dict.fromkeys(told(piece) for piece in found))

    return check


def _others(case: Case) -> str:
    found = [rest for part in from_everywhere(case) if (rest := part - _wide(part) - _NAMED)]
    return "; ".join(told(rest) for rest in found)


RULES = (
    Rule(
        "sg-world-all",
        CRITICAL,
        "Many ports, or all, are open to the world",
        references.OPEN_OTHER,
        (RULE, LIST),
        _whole(ports=True),
    ),
    Rule(
        "sg-world-protocol",
        MEDIUM,
        "A protocol without ports is open to the world",
        references.OPEN_OTHER,
        (RULE, LIST),
        _whole(ports=False),
    ),
    *(
        Rule(
            f"sg-world-{name}",
            severity,
            f"{title[:1].upper()}{title[1:]} is open to the world",
            references.OPEN_ADMIN if name == "ssh" else references.OPEN_RDP if name == "rdp" else references.OPEN_PORTS,
            (RULE, LIST),
            _open(spans),
        )
        for name, title, severity, spans in _SERVICES
    ),
    Rule("sg-world-port", HIGH, "Another port is open to the world", references.OPEN_OTHER, (RULE, LIST), _others),
    Rule("sg-world-web", LOW, "HTTP or HTTPS is open to the world", references.OPEN_OTHER, (RULE, LIST), _open(_WEB)),
    Rule("sg-world-icmp", LOW, "ICMP is open to the world", references.GROUP_RULES, (RULE, LIST), _open(_PING)),
)
