"""French as a teacher would write it; expected sentences are written by hand."""

import pytest
from world.chart import parses

from firth.world import french
from firth.world.lexicon import Lexeme, lexemes
from firth.world.translation import translate


def _lexeme(part: str, word: str) -> Lexeme:
    """A French word from the lexicon, or a regular one that isn't in it."""
    listed = (lexeme for lexeme in lexemes() if lexeme.part == part and lexeme.french == word)
    return next(listed, Lexeme(part, "", "", word, "", "", "", ()))


@pytest.mark.parametrize(
    ("english", "expected"),
    [
        ("Mary eats apples.", "Marie mange des pommes."),
        ("Mary does not eat apples.", "Marie ne mange pas de pommes."),
        ("Mary does not eat an apricot.", "Marie ne mange pas d'abricot."),
        ("He eats soup.", "Il mange de la soupe."),
        ("I eat some bread.", "Je mange du pain."),
        ("She drinks water.", "Elle boit de l'eau."),
        ("We did not drink water.", "Nous n'avons pas bu d'eau."),
        ("I order the coffee.", "Je commande le café."),
        ("The child likes his aunt.", "L'enfant aime sa tante."),
        ("The child liked these aunts.", "L'enfant aimait ces tantes."),
        ("My aunt is happy.", "Ma tante est heureuse."),
        ("My wife is happy.", "Mon épouse est heureuse."),
        ("She went to the hospital.", "Elle est allée à l'hôpital."),
        ("They came to the markets.", "Ils sont venus aux marchés."),
        ("We go to the museum.", "Nous allons au musée."),
        ("The horse walked to the lake.", "Le cheval a marché jusqu'au lac."),
        ("The cows run to the rivers.", "Les vaches courent jusqu'aux rivières."),
        ("The owl flies in the forest.", "Le hibou vole dans la forêt."),
        ("This owl is black.", "Ce hibou est noir."),
        ("These horses are white.", "Ces chevaux sont blancs."),
        ("The door of the hotel is not solid.", "La porte de l'hôtel n'est pas solide."),
        ("The doors of the museum are solid.", "Les portes du musée sont solides."),
        ("The car from the castles starts.", "La voiture des châteaux démarre."),
        ("An old hotel was beautiful.", "Un vieil hôtel était beau."),
        ("Some new schools are pretty.", "De nouvelles écoles sont jolies."),
        ("The box that Alice fills is heavy.", "La boîte qu'Alice remplit est lourde."),
        ("The shoes that my mother wore are elegant.", "Les chaussures que ma mère a portées sont élégantes."),
        ("The girl that cried will sleep.", "La fille qui a pleuré dormira."),
        ("The teacher says that the dogs growl.", "Le professeur dit que les chiens grognent."),
        ("The teacher said that Alice ate an apple.", "Le professeur a dit qu'Alice mangeait une pomme."),
        ("The fathers do not chop meat carefully.", "Les pères ne hachent pas de viande soigneusement."),
        ("We will buy a ring tomorrow.", "Nous achèterons une bague demain."),
        ("Mary does not eat apples often.", "Marie ne mange pas souvent de pommes."),
        ("Mary eats apples today.", "Marie mange des pommes aujourd'hui."),
        ("I came to the school.", "Je suis venu à l'école."),
        ("You will not order tea.", "Tu ne commanderas pas de thé."),
    ],
)
def test_constructions(english: str, expected: str) -> None:
    assert [translate(node) for _, node in parses(english, 3)] == [expected]


@pytest.mark.parametrize(
    ("infinitive", "present", "nous_imperfect", "future", "participle"),
    [
        ("manger", "mange manges mange mangeons mangez mangent", "mangions", "mangerai", "mangé"),
        ("lancer", "lance lances lance lançons lancez lancent", "lancions", "lancerai", "lancé"),
        ("acheter", "achète achètes achète achetons achetez achètent", "achetions", "achèterai", "acheté"),
        ("répéter", "répète répètes répète répétons répétez répètent", "répétions", "répéterai", "répété"),
        ("appeler", "appelle appelles appelle appelons appelez appellent", "appelions", "appellerai", "appelé"),
        ("nettoyer", "nettoie nettoies nettoie nettoyons nettoyez nettoient", "nettoyions", "nettoierai", "nettoyé"),
        ("polir", "polis polis polit polissons polissez polissent", "polissions", "polirai", "poli"),
        ("perdre", "perds perds perd perdons perdez perdent", "perdions", "perdrai", "perdu"),
        ("venir", "viens viens vient venons venez viennent", "venions", "viendrai", "venu"),
        ("aller", "vais vas va allons allez vont", "allions", "irai", "allé"),
        ("voir", "vois vois voit voyons voyez voient", "voyions", "verrai", "vu"),
        ("fermer", "ferme fermes ferme fermons fermez ferment", "fermions", "fermerai", "fermé"),
    ],
)
def test_conjugation(infinitive: str, present: str, nous_imperfect: str, future: str, participle: str) -> None:
    forms = french.conjugate(_lexeme("verb", infinitive))
    assert " ".join(forms.present) == present
    assert forms.imperfect[3] == nous_imperfect
    assert forms.future[0] == future
    assert forms.participle == participle


@pytest.mark.parametrize(
    ("masculine", "feminine", "masculine_plural"),
    [
        ("heureux", "heureuse", "heureux"),
        ("jaloux", "jalouse", "jaloux"),
        ("fier", "fière", "fiers"),
        ("blanc", "blanche", "blancs"),
        ("beau", "belle", "beaux"),
        ("bleu", "bleue", "bleus"),
        ("ancien", "ancienne", "anciens"),
        ("gris", "grise", "gris"),
        ("calme", "calme", "calmes"),
    ],
)
def test_adjectives(masculine: str, feminine: str, masculine_plural: str) -> None:
    assert french.adjective_forms(_lexeme("adjective", masculine))[:3] == (masculine, feminine, masculine_plural)


@pytest.mark.parametrize(
    ("singular", "plural"),
    [("cheval", "chevaux"), ("château", "châteaux"), ("hibou", "hiboux"), ("tapis", "tapis"), ("chien", "chiens"),
     ("salle de bain", "salles de bain")],
)  # fmt: skip
def test_plurals(singular: str, plural: str) -> None:
    assert french.noun_plural(_lexeme("noun", singular)) == plural


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("de le pain .", "Du pain."),
        ("de le ail .", "De l'ail."),
        ("de les arbres .", "Des arbres."),
        ("jusque à les arbres .", "Jusqu'aux arbres."),
        ("ce arbre .", "Cet arbre."),
        ("ce *hérisson .", "Ce hérisson."),
        ("de la *hache .", "De la hache."),
        ("que ma amie ne aime pas .", "Que mon amie n'aime pas."),
    ],
)
def test_where_words_meet(words: str, expected: str) -> None:
    assert french.write_sentence(words.split(" ")) == expected
