"""The report of a study: every number found again in the csv files by a script that knows nothing of bowlby."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from scipy import stats

from tests.cli.running import run

NUMBER = re.compile(r"−?\d[\d\u202f]*(?:\.\d+)?(?:e−?\d+)?|−?\.\d+")
STATED = {"95", "90", "80", ".05", "20", "2"}
"""Numbers of the method: levels, power, and the tolerance."""


class Page(HTMLParser):
    """Tables by caption, and the text of bullets and paragraphs of a section."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[list[str]]] = {}
        self.lines: dict[str, list[str]] = {}
        self.section = self.caption = ""
        self.rows: list[list[str]] = []
        self.text: list[str] | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "section":
            self.section = dict(attrs).get("id") or ""
        if tag == "table":
            self.rows = []
        if tag == "tr":
            self.rows.append([])
        if tag in ("caption", "th", "td", "li", "p"):
            self.text = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            self.tables.setdefault(self.caption, []).extend(self.rows[1:])
        if self.text is None or tag not in ("caption", "th", "td", "li", "p"):
            return
        said, self.text = "".join(self.text).strip(), None
        if tag == "caption":
            self.caption = said
        elif tag in ("th", "td"):
            self.rows[-1].append(said)
        else:
            self.lines.setdefault(self.section, []).append(said)

    def handle_data(self, data: str) -> None:
        if self.text is not None:
            self.text.append(data)


def value_of(token: str) -> tuple[float, float]:
    """Return a printed number and half a unit of its last digit."""
    plain = token.replace("−", "-").replace("\u202f", "")
    mantissa, _, power = plain.partition("e")
    places = len(mantissa.partition(".")[2])
    return float(plain), 0.5 * 10.0 ** (-places + (int(power) if power else 0)) * (1 + 1e-9)


def stands(token: str, known: list[float]) -> bool:
    """Return whether a printed number is one of some numbers, rounded; three digits are shown of those above 999."""
    value, half = value_of(token)
    return any(abs(value - one) <= max(half, 1e-12) for one in known)


def missing_tokens(cells: list[str], known: list[float]) -> list[str]:
    return [token for cell in cells for token in NUMBER.findall(cell) if not stands(token, known)]


def csv_of(folder: Path, name: str) -> pl.DataFrame:
    return pl.read_csv(folder / f"{name}.csv", infer_schema_length=None)


def numbers_in(table: pl.DataFrame) -> list[float]:
    kinds = table.select(pl.col(pl.Float64, pl.Int64))
    return [float(value) for row in kinds.iter_rows() for value in row if value is not None]


def check_report(folder: Path, column: str = "group") -> int:  # noqa: C901  (one case a table)
    """Hold every table and line of a report against the csv files; return how many numbers were looked at."""
    page = Page()
    page.feed((folder / "report.html").read_text(encoding="utf-8"))
    wide, person = csv_of(folder, "wide"), csv_of(folder, "person")
    dictionary = csv_of(folder, "dictionary").filter(pl.col("table") == "wide")
    name_of = {label: name for name, label in dictionary.select("column", "label").iter_rows()}
    contrasts, held = csv_of(folder, "contrasts"), csv_of(folder, "associations")
    agreement, icc, axes = csv_of(folder, "agreement"), csv_of(folder, "icc"), csv_of(folder, "axes")
    looked = 0
    for caption, rows in page.tables.items():
        for row in rows:
            label, *cells = row
            cells = [re.sub(r"\bp\b", "", cell) for cell in cells]
            match caption:
                case "Children and visits.":
                    own, visits = person.filter(pl.col(column) == label), wide.filter(pl.col(column) == label)
                    ages = own["age_months"].drop_nulls().to_list()
                    known = [own["child"].n_unique(), visits.height, *([float(np.mean(ages))] if ages else [])]
                case "Primary outcomes of visits, by what the number is.":
                    codes = wide[f"{name_of[label]}_miss"].value_counts()
                    known = [float(value) for value in codes["count"]]
                    cells = cells[1:]
                case "Primary outcomes, means of children over their visits.":
                    values = person.filter(pl.col(column) == cells[0])[name_of[label]].drop_nulls().to_numpy()
                    sd = values.std(ddof=1) if len(values) > 1 else 0.0
                    known = [len(values), values.mean(), sd, values.min(), values.max()]
                    cells = cells[1:]
                case _ if re.fullmatch(r".+ less .+, (primary|exploratory) outcomes\.", caption):
                    first, _, second = caption.rpartition(", ")[0].partition(" less ")
                    own = contrasts.filter(
                        (pl.col("label") == label) & (pl.col("first") == first) & (pl.col("second") == second)
                    )
                    assert own.height == 1
                    means = [
                        wide.filter((pl.col(column) == group) & pl.col(name_of[label]).is_not_null())
                        .group_by("child")
                        .agg(pl.col(name_of[label]).mean())[name_of[label]]
                        .mean()
                        for group in (first, second)
                    ]
                    assert own["mean_first"].item() == pytest.approx(means[0])
                    assert own["mean_second"].item() == pytest.approx(means[1])
                    known = numbers_in(own)
                case _ if caption.endswith("with ratings."):
                    own = held.filter((pl.col("label") == label) & (pl.col("rating") == cells[0]))
                    if label in name_of:
                        both = person.select(name_of[label], cells[0]).drop_nulls()
                        rho = stats.spearmanr(both.to_series(0).to_numpy(), both.to_series(1).to_numpy()).statistic
                        assert own["rho"].item() == pytest.approx(rho)
                    known = numbers_in(own)
                    cells = cells[1:]
                case "Groups on the axes.":
                    first, _, second = cells[0].partition(" less ")
                    known = numbers_in(axes.filter((pl.col("axis") == label) & (pl.col("first") == first)))
                    cells = cells[1:3]
                case "Measures between coders.":
                    known = numbers_in(icc.filter(pl.col("label") == label))
                case _ if caption.startswith(("By pair", "By month")):
                    known = numbers_in(agreement.filter((pl.col("of") == label) & (pl.col("stream") == cells[0])))
                    cells = cells[1:]
                case _ if "intervals over sessions" in caption:
                    stream, _, code = label.partition(" ")
                    part = pl.col("code").fill_null("") == code
                    known = numbers_in(
                        agreement.filter((pl.col("facet") == "all") & (pl.col("stream") == stream) & part)
                    )
                case _:
                    raise AssertionError(f"a table that no script knows: {caption}")
            known = [*map(float, known), 0.001]
            assert missing_tokens(cells, known) == [], (caption, row, known)
            looked += sum(len(NUMBER.findall(cell)) for cell in cells)
    every = [
        value for table in (contrasts, held, agreement, icc, csv_of(folder, "drift")) for value in numbers_in(table)
    ]
    every += counts_of(wide, person, contrasts, held, icc, csv_of(folder, "long"))
    for section in ("findings", "contrasts", "associations", "reliability"):
        for line in page.lines.get(section, []):
            said = re.sub(r"[A-Za-z(][\w.]*\d\w*|\(2,1\)", "", line)
            left = [token for token in missing_tokens([said], every) if token not in STATED]
            assert left == [], (section, line)
            looked += len(NUMBER.findall(said))
    return looked


def counts_of(
    wide: pl.DataFrame,
    person: pl.DataFrame,
    contrasts: pl.DataFrame,
    held: pl.DataFrame,
    icc: pl.DataFrame,
    long: pl.DataFrame,
) -> list[float]:
    """Return the counts that sentences say: sessions, children, pairs, outcomes by reason, numbers without "
    "reservation."""
    found = [wide.height, person.height, icc.filter(pl.col("estimate").is_not_null()).height]
    pairs = long.filter(pl.col("coding") == "double").select("child", "visit").n_unique()
    found += [pairs, 100 * pairs / wide.height]
    primary = contrasts.filter(pl.col("family") == "primary")
    codes = [wide[f"{name}_miss"] for name in primary["outcome"].unique() if f"{name}_miss" in wide.columns]
    numbered, every = sum(int((one == 0).sum()) for one in codes), sum(len(one) for one in codes)
    found += [numbered, every, 100 * numbered / max(every, 1)]
    for table in (contrasts, held):
        told = table.filter((pl.col("family") == "primary") & pl.col("p").is_not_null())
        found += [told.height, told.filter(pl.col("p_holm") < 0.05).height]
    found += [contrasts.filter((pl.col("family") == "exploratory") & pl.col("p").is_not_null()).height]
    for family in (primary, contrasts):
        found += family.filter(pl.col("reason") != "").group_by("reason").len()["len"].to_list()
        found += [family.filter(pl.col("reason") != "").height]
    known = icc["estimate"].drop_nulls()
    return [
        *map(float, found),
        *([float(known.median()), float(known.min()), float(known.max())] if len(known) else []),
    ]


def test_every_number_of_a_report_is_in_the_tables(study: Path, tmp_path: Path):
    study.write_text(
        study.read_text()
        .replace("ratings = []", 'ratings = ["sensitivity"]')
        .replace('ethics = ""', 'ethics = "Board 12/3"')
    )
    output = tmp_path / "out"
    done = run("study", "report", study, "-o", output, "--workers", "1", "--json")
    told = json.loads(done.out)
    assert done.code == 0, done.err
    assert (told["sessions"], told["children"], told["pairs"]) == (12, 6, 4)
    assert check_report(output) > 150
    page = (output / "report.html").read_text(encoding="utf-8")
    assert "Board 12/3" in page
    for child in ("c0", "c5"):
        assert not re.search(rf">[^<]*\b{child}\b[^<]*<", page.partition("<script")[0]), "a child is named"
    assert "never" not in told["problems"]


@pytest.mark.slow
def test_the_demo_is_walked_whole_and_its_report_rests_on_its_tables(tmp_path: Path):
    done = run("study", "demo", "-o", tmp_path / "demo", "--json")
    told = json.loads(done.out)
    assert done.code == 0, done.err
    assert (told["sessions"], told["children"], told["pairs"]) == (40, 20, 8)
    assert check_report(tmp_path / "demo" / "results") > 500
