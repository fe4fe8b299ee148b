"""In which order steps that may go equally soon are taken: first what the slowest of the quotas still waits for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from dr_toolkit.model.changes import Step
from dr_toolkit.spec.rates import Rate, rates


def by_urgency(steps: Sequence[Step]) -> list[Step]:
    """The steps, those first on which the longest work hangs; each stays after what it needs.

    How urgent a step is says the slowest quota, of its own or of what needs it, by the seconds that all calls under
    that quota take.
    """
    limits = [rates(step.service, step.call.operation, step.call.params) for step in steps]
    drawn: Counter[Rate] = Counter(rate for each in limits for rate in each)
    urgent = [max((drawn[rate] / rate.per_second for rate in each), default=0.0) for each in limits]
    numbers = {step.id: number for number, step in enumerate(steps)}
    for number in range(len(steps) - 1, -1, -1):
        for need in steps[number].needs:
            if (needed := numbers.get(need)) is not None:
                urgent[needed] = max(urgent[needed], urgent[number])
    return [steps[number] for number in sorted(range(len(steps)), key=lambda n: (-urgent[n], n))]
