"""Selectional preferences between semantic classes (subjects, verbs, objects, places, adverbs), as integer weights."""

Weights = dict[str, int]

PRONOUNS = {  # English pronoun: (agreement, French pronoun, French gender, French person)
    "she": ("third", "elle", "f", 2),
    "he": ("third", "il", "m", 2),
    "I": ("first", "je", "m", 0),
    "we": ("base", "nous", "m", 3),
    "they": ("base", "ils", "m", 5),
    "you": ("base", "tu", "m", 1),
}
PRONOUN_WEIGHTS = {"she": 28, "he": 28, "I": 16, "we": 12, "they": 10, "you": 6}

SUBJECTS: Weights = {
    "name": 110, "pronoun": 60, "profession": 110, "family": 100, "child": 90, "pet": 80, "wild": 75, "bird": 55,
    "insect": 45, "vehicle": 60, "plant": 60, "machine": 60, "fruit": 8, "vegetable": 8, "dish": 6, "drink": 6,
    "building": 12, "nature": 12, "waterside": 12, "room": 12, "tool": 8, "clothing": 10, "furniture": 10,
    "instrument": 10, "text": 8, "toy": 8, "container": 8, "jewel": 8, "kitchenware": 8, "opening": 10,
}  # fmt: skip

VERBS: dict[str, Weights] = {  # subject class → verb classes; "quality" and "position" are *to be*
    "name": {"eat": 14, "sip": 14, "go": 18, "music": 14, "carry": 14, "trade": 10, "say": 8, "quality": 8},
    "profession": {"use": 20, "drive": 18, "build": 16, "operate": 14, "write": 12, "say": 10, "quality": 10},
    "family": {"cook": 18, "clean": 16, "wash": 14, "wear": 14, "help": 10, "harvest": 12, "tend_plant": 10,
               "quality": 8},
    "child": {"play": 20, "throw": 18, "rest": 18, "open": 14, "tend_animal": 10, "love": 10, "quality": 10},
    "pet": {"noise": 34, "eat": 16, "move": 20, "quality": 14, "position": 10},
    "wild": {"hunt": 56, "move": 22, "quality": 14},
    "bird": {"fly": 60, "see": 24, "quality": 16},
    "insect": {"fly": 22, "visit": 36, "move": 12, "position": 20, "quality": 10},
    "vehicle": {"traffic": 74, "quality": 16, "position": 10},
    "plant": {"grow": 76, "quality": 16, "position": 8},
    "machine": {"function": 76, "quality": 18, "position": 6},
}  # fmt: skip
STILL: Weights = {"quality": 70, "position": 30}  # subjects with no verb but *to be*

OBJECTS: dict[str, Weights] = {  # verb class → object classes
    "eat": {"fruit": 55, "dish": 45},
    "sip": {"drink": 100},
    "cook": {"vegetable": 60, "dish": 40},
    "harvest": {"vegetable": 50, "fruit": 50},
    "write": {"text": 100},
    "music": {"instrument": 100},
    "wear": {"clothing": 100},
    "drive": {"vehicle": 100},
    "build": {"furniture": 100},
    "tend_plant": {"plant": 100},
    "carry": {"container": 100},
    "use": {"tool": 100},
    "trade": {"jewel": 100},
    "see": {"insect": 30, "bird": 25, "waterside": 25, "profession": 20},
    "help": {"child": 35, "name": 35, "family": 30},
    "love": {"family": 60, "name": 40},
    "tend_animal": {"pet": 100},
    "hunt": {"bird": 25, "pet": 25, "wild": 35, "insect": 15},
    "clean": {"room": 100},
    "visit": {"building": 60, "nature": 40},
    "open": {"opening": 100},
    "wash": {"kitchenware": 100},
    "throw": {"toy": 100},
    "operate": {"machine": 100},
}
GOALS: dict[str, Weights] = {  # verbs with "to" → classes of the destination
    "go": {"building": 45, "room": 30, "nature": 25},
    "move": {"waterside": 50, "nature": 50},
}
SETTINGS: dict[str, Weights] = {  # intransitive verbs with an optional "in" → classes of the place
    "rest": {"room": 100},
    "play": {"nature": 50, "building": 50},
    "noise": {"building": 100},
    "fly": {"nature": 100},
}
STATES = ("quality", "position")

QUALITIES: dict[str, Weights] = {  # noun class → adjective classes
    "name": {"mood": 100},
    "profession": {"character": 85, "look": 15},
    "family": {"mood": 85, "look": 15},
    "child": {"childlike": 90, "size": 10},
    "pet": {"beast": 60, "color": 40},
    "wild": {"beast": 70, "size": 30},
    "bird": {"color": 60, "beast": 40},
    "insect": {"size": 60, "color": 40},
    "fruit": {"produce": 75, "color": 25},
    "vegetable": {"produce": 75, "size": 25},
    "dish": {"flavor": 100},
    "drink": {"flavor": 100},
    "building": {"place": 40, "look": 60},
    "nature": {"landscape": 70, "place": 30},
    "waterside": {"landscape": 100},
    "room": {"place": 100},
    "tool": {"condition": 100},
    "vehicle": {"technical": 60, "color": 40},
    "clothing": {"fabric": 60, "color": 40},
    "furniture": {"look": 60, "size": 40},
    "instrument": {"worth": 60, "look": 40},
    "text": {"literary": 100},
    "plant": {"leafy": 60, "color": 40},
    "toy": {"color": 50, "size": 50},
    "container": {"condition": 60, "size": 40},
    "jewel": {"worth": 100},
    "kitchenware": {"condition": 40, "color": 60},
    "machine": {"technical": 100},
    "opening": {"size": 40, "condition": 60},
}

PREPOSITIONS: dict[str, tuple[str, ...]] = {  # English → French words
    "in": ("dans",), "on": ("sur",), "under": ("sous",), "near": ("près", "de"), "behind": ("derrière",),
    "with": ("avec",), "about": ("sur",), "of": ("de",), "from": ("de",),
}  # fmt: skip
ATTACHMENTS: dict[str, dict[tuple[str, str], int]] = {  # noun class → (preposition, class) of its phrase
    "profession": {("with", "tool"): 40, ("from", "building"): 60},
    "family": {("with", "clothing"): 60, ("in", "room"): 40},
    "child": {("with", "toy"): 60, ("in", "nature"): 40},
    "pet": {("near", "child"): 50, ("under", "furniture"): 50},
    "wild": {("in", "nature"): 60, ("near", "waterside"): 40},
    "bird": {("near", "waterside"): 50, ("on", "plant"): 50},
    "insect": {("on", "plant"): 60, ("on", "fruit"): 40},
    "fruit": {("in", "container"): 50, ("on", "kitchenware"): 50},
    "vegetable": {("in", "container"): 100},
    "dish": {("on", "kitchenware"): 60, ("from", "building"): 40},
    "drink": {("in", "kitchenware"): 100},
    "building": {("near", "waterside"): 50, ("behind", "building"): 50},
    "nature": {("near", "waterside"): 50, ("behind", "building"): 50},
    "waterside": {("in", "nature"): 100},
    "room": {("of", "profession"): 50, ("behind", "room"): 50},
    "tool": {("in", "container"): 60, ("on", "furniture"): 40},
    "vehicle": {("from", "building"): 50, ("behind", "building"): 50},
    "clothing": {("on", "furniture"): 60, ("of", "child"): 40},
    "furniture": {("in", "room"): 100},
    "instrument": {("of", "profession"): 50, ("under", "furniture"): 50},
    "text": {("about", "wild"): 60, ("about", "plant"): 40},
    "plant": {("near", "building"): 50, ("in", "nature"): 50},
    "toy": {("of", "child"): 50, ("under", "furniture"): 50},
    "container": {("in", "room"): 50, ("under", "furniture"): 50},
    "jewel": {("in", "container"): 50, ("of", "family"): 50},
    "kitchenware": {("on", "furniture"): 100},
    "machine": {("in", "room"): 60, ("from", "building"): 40},
    "opening": {("of", "building"): 70, ("of", "room"): 30},
}
POSITIONS: dict[str, dict[tuple[str, str], int]] = {  # after *to be*, where ATTACHMENTS doesn't apply
    "name": {("in", "room"): 60, ("in", "building"): 40},
    "profession": {("in", "building"): 100},
    "family": {("in", "room"): 100},
    "child": {("in", "nature"): 100},
    "dish": {("on", "furniture"): 100},
    "building": {("near", "waterside"): 100},
    "room": {("near", "room"): 100},
    "clothing": {("on", "furniture"): 100},
    "instrument": {("in", "room"): 100},
    "text": {("on", "furniture"): 100},
    "toy": {("under", "furniture"): 100},
    "jewel": {("in", "container"): 100},
    "vehicle": {("behind", "building"): 100},
    "machine": {("in", "room"): 100},
    "opening": {("behind", "furniture"): 100},
}

MANNERS: dict[str, str] = {  # verb class → class of its adverbs of manner
    "go": "pace", "move": "pace", "fly": "pace", "traffic": "pace",
    "use": "care", "build": "care", "cook": "care", "clean": "care", "wash": "care", "write": "care", "drive": "care",
    "rest": "feeling", "play": "feeling", "noise": "feeling", "sip": "feeling",
}  # fmt: skip
TIMES = {"present": "present_time", "past": "past_time", "future": "future_time"}

# Determiners by role and number of the noun. "" is no determiner. Embedded subjects use "subject". After a negated verb
# there is no "some".
DETERMINERS: dict[tuple[str, str], Weights] = {
    ("subject", "singular"): {"the": 60, "a": 16, "this": 10, "my": 8, "her": 6},
    ("subject", "plural"): {"the": 60, "some": 12, "these": 10, "two": 6, "my": 8, "his": 4},
    ("subject", "mass"): {"the": 80, "this": 20},
    ("place", "singular"): {"the": 74, "a": 18, "this": 8},
    ("place", "plural"): {"the": 80, "these": 12, "two": 8},
    ("place", "mass"): {"the": 80, "this": 20},
    ("object", "singular"): {"the": 44, "a": 44, "this": 6, "his": 6},
    ("object", "plural"): {"the": 36, "": 40, "some": 12, "these": 6, "three": 6},
    ("object", "mass"): {"the": 30, "": 46, "some": 24},
    ("negated", "singular"): {"the": 44, "a": 44, "this": 6, "his": 6},
    ("negated", "plural"): {"the": 36, "": 52, "these": 6, "three": 6},
    ("negated", "mass"): {"the": 30, "": 70},
}
