"""The stages of a DVC pipeline, in the order in which they should run."""

import json
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from firth.workspace import write_text


@dataclass(frozen=True)
class Plan:
    """The stages to bring up to date, in an order in which ``dvc repro`` could run them."""

    stages: dict[str, Any]  # DVC's, by the name that addresses them
    needs: dict[str, set[str]]

    @classmethod
    def load(cls, repo: Any, targets: list[str]) -> "Plan":
        """The stages that ``targets`` name and all that these need; by default, those of the folder's ``dvc.yaml``."""
        from dvc.repo import lock_repo
        from dvc.repo.reproduce import collect_stages, get_active_graph, plan_repro

        with lock_repo(repo):
            graph = get_active_graph(repo.index.graph)
            stages = plan_repro(graph, collect_stages(repo, targets or ["dvc.yaml"]))
        needs = {stage.addressing: {needed.addressing for needed in graph.successors(stage)} for stage in stages}
        return cls({stage.addressing: stage for stage in stages}, needs)

    def seconds_to_end(self, recorded: dict[str, float]) -> dict[str, float]:
        """Of every stage: how long the longest chain takes that begins with it.

        A stage takes as long as last time, or ``meta: {seconds: …}`` in ``dvc.yaml``, or as long as most others.
        """
        usual = median(recorded.values()) if recorded else 1.0
        ahead = dict.fromkeys(self.stages, 0.0)
        for name in reversed(self.stages):
            expected = (self.stages[name].meta or {}).get("seconds", usual)
            ahead[name] += recorded.get(name, expected)
            for needed in self.needs[name]:
                ahead[needed] = max(ahead[needed], ahead[name])
        return ahead


def read_times(path: Path) -> dict[str, float]:
    """Seconds that each stage took when it last ran; a file that cannot be read is as good as none."""
    try:
        return {str(name): float(seconds) for name, seconds in json.loads(path.read_text(encoding="utf-8")).items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def record_time(path: Path, name: str, seconds: float) -> None:
    """Note how long a stage took, for the order of the next run."""
    times = {**read_times(path), name: round(seconds, 1)}
    write_text(path, json.dumps(times, indent=2, sort_keys=True, ensure_ascii=False) + "\n")
