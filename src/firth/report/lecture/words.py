"""This chapter of the page: one-hot vectors, co-occurrence counts, cosine, and SVD."""

from markupsafe import Markup

from firth.report.findings import Findings
from firth.report.lecture import block_commands
from firth.report.lecture.block import Block, Chapter, Judgment, decided, explained
from firth.report.lecture.judged_scores import (
    LEARNED,
    THRESHOLD,
    first_of,
    said,
    scores_by_representation,
)
from firth.report.lecture.reasons import NO_ANGLES, NO_COUNTS, NO_SVD, NO_VECTORS, because, vector_scores
from firth.report.lecture.word_pieces import (
    angle_drawing,
    angles_to_show,
    counts_and_ppmi,
    nearest_before_and_after_svd,
    neighbor_picker,
    sentences_around,
    shown_words,
)
from firth.report.markup import code, figure, join, paragraph, rendered
from firth.report.names import REPRESENTATIONS
from firth.report.result_tables import points
from firth.report.word_figures import density_by_words, scores_of_representations, spectrum_and_scores
from firth.report.word_sections import measure_name

HUGE = 100_000_000  # cells: those of a vocabulary of 10,000 words
SPARSE = 0.1  # of the cells: with more, a sparse matrix saves less than four fifths of the memory
KEPT = 0.95  # of the score of the PPMI rows: what SVD leaves out is then mostly noise


def _judge_one_hot(findings: Findings) -> Judgment:
    scores = scores_by_representation(findings)
    learned, one_hot = first_of(scores), scores.get("one_hot")
    if learned is None:
        return because(findings, vector_scores("(word2vec|svd)"), NO_VECTORS)
    name = learned.representation
    if one_hot is None:
        finding = f"One-hot vectors make all words equally similar; cosines of {name} vectors {said(learned)}."
        return decided(learned.is_good, finding, learned.text)
    finding = f"One-hot vectors {said(one_hot)}, which is chance; {name} vectors {learned.text}."
    return decided(learned.value > one_hot.value and learned.is_good, finding, one_hot.text)


def _draw_scores(findings: Findings) -> Markup | None:
    scores = {score.representation: score for score in scores_by_representation(findings).values()}
    if not scores:
        return None
    title = measure_name(next(iter(scores.values())).measure)
    label = f"{title} by representation: " + ", ".join(f"{name} {score.value:.3f}" for name, score in scores.items())
    values = {name: score.value for name, score in scores.items()}
    caption = "Scores of each way to represent a word as a vector. All one-hot vectors are equally far from each other."
    return figure(scores_of_representations(values, title, "representations", label), caption)


def _two_similar_words(findings: Findings) -> Markup | None:
    chosen = angles_to_show(findings).head(1)
    for row in chosen.itertuples():
        name = REPRESENTATIONS[row.representation]
        return paragraph(
            code(row.word),
            " and ",
            code(row.other),
            f" are two symbols: their one-hot vectors form a right angle, of cosine 0. Their {name} vectors have a "
            f"cosine of {row.cosine:.2f}.",
        )
    return None


def _judge_company(findings: Findings) -> Judgment:
    counts = scores_by_representation(findings).get("raw_counts")
    if counts is None:
        return because(findings, vector_scores("raw_counts"), NO_VECTORS)
    return decided(counts.is_good, f"Rows of raw co-occurrence counts {said(counts)}.", counts.text)


def _company_example(findings: Findings) -> Markup | None:
    words = shown_words(findings)
    found = sentences_around(findings, words[0]) if words else None
    window = findings.settings.get("co-occurrence", {}).get("context_window")
    if found is None:
        return None
    return join(
        [paragraph(code(words[0]), " in the text, with the words that are counted", _reach(window), ":"), found]
    )


def _reach(window: int | None) -> str:
    return "" if window is None else f", at most {window} on each side"


def _draw_counts(findings: Findings) -> Markup | None:
    tables = counts_and_ppmi(findings)
    if tables is None:
        return None
    caption = (
        "A row of counts is the vector of its word. Positive pointwise mutual information (PPMI) keeps what stands "
        "near the word more often than by chance."
    )
    return figure(tables, caption)


def _judge_meaning(findings: Findings) -> Judgment:
    learned = first_of(scores_by_representation(findings, "neighbor_purity"))
    if learned is None:
        return because(findings, vector_scores("(word2vec|svd)"), NO_VECTORS)
    return decided(learned.is_good, f"{learned.representation} vectors {said(learned)}.", learned.text)


def _draw_map(findings: Findings) -> Markup | None:
    if findings.word_map is None:
        return None
    caption = (
        "word2vec vectors of frequent words in two dimensions (t‑SNE). Words that stand close keep the same company; "
        "distances between far groups mean little."
    )
    return figure(findings.word_map, caption, "wide")


def _explain_angle(findings: Findings) -> Judgment:
    chosen = angles_to_show(findings)
    if chosen.empty:
        return NO_ANGLES
    (near, far), name = chosen.to_dict("records"), REPRESENTATIONS[chosen["representation"].iloc[0]]
    return explained(
        f"The cosine is one in the same direction and zero at a right angle: {name} vectors of {near['word']} "
        f"and {near['other']} form an angle of {near['angle']:.0f}°, {near['word']} and {far['other']} "
        f"{far['angle']:.0f}°."
    )


def _angle_example(findings: Findings) -> Markup | None:
    return None if angles_to_show(findings).empty else rendered("cosine.html.j2")


def _draw_angle(findings: Findings) -> Markup | None:
    drawing = angle_drawing(findings)
    caption = "Each ray stands at the measured angle to the vector on the axis. Lengths are not compared."
    return figure(drawing, caption) if drawing else None


def _judge_sparse(findings: Findings) -> Judgment:
    sizes = findings.table("counts").dropna(subset=["cells", "nonzeros", "density"])
    if sizes.empty:
        return NO_COUNTS
    row = sizes.iloc[0]
    finding = (
        f"The co-occurrence table has {int(row.cells):,} cells, of which a share of {row.density:.3f} hold a count; "
        "the other cells are zero."
    )
    is_huge = row.cells >= HUGE
    return decided(
        is_huge and row.density <= SPARSE, finding, f"{row.density:.3f}" if is_huge else f"{int(row.cells):,}"
    )


def _memory(findings: Findings) -> Markup | None:
    for row in findings.table("counts").dropna(subset=["bytes_dense", "bytes_sparse"]).itertuples():
        return paragraph(
            f"As a dense array the counts take {row.bytes_dense / 1e6:,.1f} MB; stored sparsely, without the zeros, "
            f"{row.bytes_sparse / 1e6:,.1f} MB."
        )
    return None


def _draw_density(findings: Findings) -> Markup | None:
    rows = points(findings.table("count_density"), "words", "density")
    if len(rows) < 2:
        return None
    (first, dense), (last, sparse) = rows[0], rows[-1]
    token = findings.token("embeddings")
    label = f"Share of cells that hold a count: {dense:.3f} among {first} {token}s, {sparse:.3f} among {last:,}"
    caption = (
        f"Frequent {token}s stand near almost every other {token}. Each rarer {token} adds a row and a column of "
        "mostly zeros."
    )
    return figure(density_by_words(rows, f"most frequent {token}s (log scale)", "density", label), caption)


def _judge_svd(findings: Findings) -> Judgment:
    scores = scores_by_representation(findings)
    dense, sparse = scores.get("svd"), scores.get("ppmi")
    kept, columns = findings.table("spectrum")["dimension"], findings.table("count_density")["words"]
    if dense is None or sparse is None or kept.empty or columns.empty:
        return because(findings, vector_scores("(svd|ppmi)"), NO_SVD)
    finding = (
        f"With {kept.max()} numbers a {findings.token('embeddings')} in place of {columns.max():,}, SVD vectors "
        f"{said(dense)}; PPMI rows reach {sparse.text}."
    )
    if not sparse.is_good:  # there is no quality to keep
        return decided(False, finding, sparse.text)
    return decided(dense.value >= KEPT * sparse.value, finding, dense.text)


def _draw_svd(findings: Findings) -> Markup | None:
    values = points(findings.table("spectrum"), "dimension", "singular_value")
    scores = findings.table("dimensions").dropna(subset=["score"])
    if not values and scores.empty:
        return None
    drawn = points(scores, "dimension", "score")
    title = measure_name(scores["measure"].iloc[0]) if drawn else ""
    sparse = scores_by_representation(findings).get("ppmi")
    told = [f"singular values from {values[0][1]:.4g} to {values[-1][1]:.4g}"] if values else []
    told += [f"{title} of the first {x} dimensions {y:.3f}" for x, y in drawn]
    label = f"Truncated SVD of the PPMI table: {'; '.join(told)}"
    caption = "Above: the singular values of the PPMI table. Below: the score of the first dimensions alone."
    rule = sparse.value if sparse and drawn and sparse.measure == scores["measure"].iloc[0] else None
    return figure(spectrum_and_scores(values, drawn, title, rule, "svd", label), caption)


WORDS = Chapter(
    "words",
    "Words by the company they keep",
    (
        Block(
            "one-hot",
            (1, 2),
            "One-hot vectors know nothing of similar words",
            ("vectors",),
            "learned vectors score above one-hot vectors, and " + THRESHOLD,
            _judge_one_hot,
            _draw_scores,
            _two_similar_words,
            block_commands.similarity,
        ),
        Block(
            "company",
            (4, 5),
            "“You shall know a word by the company it keeps” (J. R. Firth, 1957)",
            ("vectors",),
            "for rows of raw counts, " + THRESHOLD,
            _judge_company,
            _draw_counts,
            _company_example,
            block_commands.neighbors,
        ),
        Block(
            "meaning",
            (6,),
            "Words that keep the same company have similar meanings",
            ("vectors",),
            "for " + " or else ".join(REPRESENTATIONS[name] for name in LEARNED) + ", " + THRESHOLD,
            _judge_meaning,
            _draw_map,
            neighbor_picker,
            lambda findings: block_commands.neighbors(findings, 1),
        ),
        Block(
            "angle",
            (6,),
            "The similarity of two words is the cosine of their angle",
            ("angles",),
            "",
            _explain_angle,
            _draw_angle,
            _angle_example,
            block_commands.similarity,
        ),
        Block(
            "sparse",
            (7,),
            "The table of counts is huge and sparse",
            ("counts",),
            "at least 100 million cells (10,000 words), of which at most a tenth hold a count",
            _judge_sparse,
            _draw_density,
            _memory,
        ),
        Block(
            "svd",
            (8,),
            "SVD makes the vectors short and dense",
            ("vectors", "spectrum", "count_density"),
            f"SVD vectors keep {KEPT} of the score of the PPMI rows that they are made from, of which {THRESHOLD}",
            _judge_svd,
            _draw_svd,
            nearest_before_and_after_svd,
            block_commands.neighbors,
        ),
    ),
)
