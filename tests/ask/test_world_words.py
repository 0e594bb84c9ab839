"""What the built-in world can talk about."""

from ask.asking import Ask, parsed

from firth.world.lexicon import classes


def test_the_world_shows_its_classes_and_sentences(ask: Ask) -> None:
    rows = [" ".join(row) for row in ask("world", "--count", "2").rows]
    shown = {line.partition(" ")[0]: line.partition(" ")[2].split(", ") for line in rows}
    for name, members in classes().items():
        assert shown[name] == [lexeme.english for lexeme in members]
    (answer,) = parsed(ask("world", "--count", "2", "--json"))
    for pair in answer["sentences"]:
        assert rows[rows.index(pair["english"]) + 1] == pair["french"]
    assert parsed(ask("world", "--count", "2", "--seed", "2", "--json"))[0]["sentences"] != answer["sentences"]
