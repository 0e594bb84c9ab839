"""The page's table of subject–verb agreement by what stands between the two."""

from markupsafe import Markup

from firth.report.agreement_groups import agreement_groups
from firth.report.findings import Findings
from firth.report.markup import table
from firth.report.names import LANGUAGE_MODELS, with_names
from firth.report.result_tables import pivoted, rows_of


def agreement_table(findings: Findings) -> Markup | None:
    """Agreement accuracy, a column a model; nothing where it was not measured."""
    groups = agreement_groups(with_names(findings.table("agreement"), "model", LANGUAGE_MODELS))
    shares = pivoted(groups, "title", "model", "accuracy")
    shares.insert(0, "pairs", groups.groupby("title", sort=False)["pairs"].first())
    header = ["between subject and verb", *shares.columns]
    caption = (
        "Agreement accuracy by what stands between subject and verb. = and ≠: so many nouns that all have the "
        "subject’s number (intervening nouns), or all the other (attractors)"
    )
    return table(caption, header, rows_of(shares.reset_index()))
