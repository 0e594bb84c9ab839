"""A pipeline of shell commands in a git repository, for what concerns DVC and no model."""

import os
import subprocess
import sys
from pathlib import Path

import yaml
from repositories import commit, make_repository

STAGES = {
    "model": {
        "cmd": "mkdir models && printf 1.5 > models/a.txt && printf 22 > 'models/b c.txt'",
        "deps": ["input.txt"],
        "outs": ["models"],
    },
    "page": {"cmd": "cat models/a.txt > page.html", "deps": ["models"], "outs": ["page.html"]},
    "headline": {
        "cmd": "mkdir -p reports && cp headline reports/headline.json && cp table reports/table.csv",
        "deps": ["models"],
        "outs": [{"reports/table.csv": {"cache": False}}],
        "metrics": [{"reports/headline.json": {"cache": False}}],
    },
}


def make_pipeline(folder: Path) -> None:
    """Build and commit the pipeline in a new repository in ``folder``."""
    folder.mkdir()
    (folder / "dvc.yaml").write_text(yaml.safe_dump({"stages": STAGES}))
    (folder / "input.txt").write_text("text\n")
    (folder / "headline").write_text('{"lm": {"perplexity": 20.0}, "bleu": 75.5}\n')
    (folder / "table").write_text("model,perplexity\nrnn,1.5\ngru,1.25\n")
    make_repository(folder)
    run(folder, "dvc init --quiet && dvc repro --quiet")
    commit(folder)


def run(folder: Path, command: str) -> str:
    """Run a command in the shell, as a person in ``folder`` does."""
    environment = {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(folder.parent / "site"),
    }
    result = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{command}:\n{result.stdout}\n{result.stderr}"
    return result.stdout
