"""``firth world``: what the built-in world can talk about."""

from collections.abc import Mapping
from itertools import groupby

from rich.table import Table
from rich.text import Text

from firth.ask.answer_tables import plain_table, print_json, wide_console
from firth.training.reproducibility import generator
from firth.world.grammar import MAXIMUM_DEPTH
from firth.world.lexicon import classes
from firth.world.sentences import sample_sentences
from firth.world.stories import OBJECTS, PEOPLE, PLACES

PARTS = {"name": "names", "noun": "nouns", "verb": "verbs", "adjective": "adjectives", "adverb": "adverbs"}


def print_world(count: int, seed: int, as_json: bool) -> None:
    """Print the classes with their words, ``count`` sentences drawn from the grammar, and what stories are about."""
    words = {name: [lexeme.english for lexeme in members] for name, members in classes().items()}
    sentences = sample_sentences(count, MAXIMUM_DEPTH, generator(seed, "world"))
    stories = {"people": list(PEOPLE), "things": list(OBJECTS), "places": list(PLACES)}
    if as_json:
        pairs = [{"english": sentence.english, "french": sentence.french} for sentence in sentences]
        print_json({"classes": words, "sentences": pairs, "stories": stories})
        return
    console = wide_console()
    part_of = {name: PARTS[members[0].part] for name, members in classes().items()}
    for part, names in groupby(words, key=part_of.__getitem__):
        console.print(Text(part, "bold"))
        console.print(_listed({name: words[name] for name in names}))
    console.print(Text("sentences", "bold"))
    for sentence in sentences:
        console.print(Text(f"  {sentence.english}"))
        console.print(Text(f"    {sentence.french}", "dim"))
    console.print(Text("stories", "bold"))
    console.print(_listed(stories))


def _listed(words: Mapping[str, list[str]]) -> Table:
    """A row for each name, with its words."""
    table = plain_table()
    table.show_header = False
    for name, of_name in words.items():
        table.add_row(Text(f"  {name}"), Text(", ".join(of_name)))
    return table
