"""The time from the start of ``firth live`` to the page and its first answers, and of an answer once all is loaded.

    python benchmarks/live_answers.py [--turns 20]

Run in the folder of an experiment that is built. The page is asked on this machine, without a browser, over one
connection that is kept, as browsers do. The median of the turns is shown for each screen; the question changes from
turn to turn.
"""

import argparse
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import requests

ADDRESS = "http://127.0.0.1"
QUESTIONS = {  # screen → its question, with a word that changes from turn to turn
    "company": {"word": "{}"},
    "subject_and_verb": {"subject": "the {}s near the doctor", "first": "bark", "second": "barks"},
    "next_word": {"text": "the {} near the doctor"},
    "back_in_time": {"text": "the {} near the doctor barks"},
    "gradient_clipping": {},
    "translate": {"text": "The {} near the doctor eats the red apples."},
    "story_questions": {"story": "Tim is playing in his room.\nMary took the {}.", "question": "Where is Tim?"},
    "map_of_words": {"word": "{}"},  # the last, as the page too prepares it after the others
}
WORDS = ("dog", "cat", "horse", "apple", "doctor")
NOT_TIMED = ("reference", "grammar", "world")  # parts of answers that real text lacks
PATIENCE = 120  # seconds

session = requests.Session()  # keeps its connection


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answered(address: str, query: dict[str, str] | None = None) -> requests.Response:
    """The response to a request; an error of the page or of one model ends the benchmark, as its time says nothing."""
    response = session.get(address, params=query, timeout=PATIENCE)
    is_data = response.headers["content-type"] == "application/json"
    error = next(errors(response.json()), None) if is_data else None
    if not response.ok or error:
        sys.exit(f"{response.url}: {error or response.reason}")
    return response


def errors(answer: dict[str, Any]) -> Iterator[str]:
    """Why an answer, or a part of it, has no numbers; references that are not known are no errors."""
    for key, value in answer.items():
        if key == "error":
            yield value
        for part in value if isinstance(value, list) else [value]:
            if isinstance(part, dict) and key not in NOT_TIMED:
                yield from errors(part)


def seconds_until(address: str, begun: float, server: subprocess.Popen[bytes]) -> float:
    """The time from ``begun`` until an address answers."""
    while server.poll() is None and time.perf_counter() - begun < PATIENCE:
        try:
            answered(address)
            return time.perf_counter() - begun
        except requests.ConnectionError:
            time.sleep(0.02)
    sys.exit(f"{address}: no answer in {PATIENCE} s, or the server has ended")


def answer_seconds(address: str, question: dict[str, str], word: str) -> float:
    """The time of one answer."""
    query = {key: text.format(word) for key, text in question.items()}
    begun = time.perf_counter()
    answered(address, query)
    return time.perf_counter() - begun


def main() -> None:
    """Print the times, and the ratio of the slowest answer to 50 ms."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--turns", type=int, default=20)
    turns, port = parser.parse_args().turns, free_port()
    begun = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "firth", "live", "--no-browser", "--port", str(port)], stdout=subprocess.DEVNULL
    )
    try:
        base = f"{ADDRESS}:{port}"
        print(f"{'page':<20} {seconds_until(base + '/', begun, server):7.2f} s after the start")
        for screen in QUESTIONS:
            seconds = seconds_until(f"{base}/ask/{screen}", begun, server)
            print(f"{screen:<20} {seconds:7.2f} s after the start, first answer")
        medians = {}
        for screen, question in QUESTIONS.items():
            times = [
                answer_seconds(f"{base}/ask/{screen}", question, WORDS[turn % len(WORDS)]) for turn in range(turns)
            ]
            medians[screen] = 1000 * statistics.median(times)
            print(f"{screen:<20} {medians[screen]:7.1f} ms an answer")
    finally:
        server.terminate()
        server.wait()
    print(f"slowest answer / 50 ms: {max(medians.values()) / 50:.2f}")


if __name__ == "__main__":
    main()
