"""The CPU time of questions on the command line, from start to answer, beside the time to import PyTorch alone.

    python benchmarks/start_up.py [--turns 5]

Run in the folder of an experiment that is built. CPU time is user and system time of all threads; the least of the
turns is shown, for other work on the machine can only add to it.
"""

import argparse
import os
import subprocess
import sys

QUESTIONS = (
    ["--help"],
    ["similarity", "apple", "banana"],
    ["next", "the dogs near the doctor"],
    ["agree", "the dogs near the doctor", "bark", "barks"],
    ["translate", "Mary eats apples."],
)


def cpu_seconds(command: list[str]) -> float:
    """The CPU time of one command."""
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: failed; build the experiment first")
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print the time of each question, and the ratio of the slowest to the import."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=5)
    turns = parser.parse_args().turns
    times = {
        " ".join(question): min(cpu_seconds([sys.executable, "-m", "firth", *question]) for _ in range(turns))
        for question in QUESTIONS
    }
    for question, seconds in times.items():
        print(f"firth {question:<46} {seconds:.2f} s")
    torch = min(cpu_seconds([sys.executable, "-c", "import torch"]) for _ in range(turns))
    print(f"{'import torch':<52} {torch:.2f} s")
    print(f"slowest question / import torch: {max(times.values()) / torch:.2f}")


if __name__ == "__main__":
    main()
