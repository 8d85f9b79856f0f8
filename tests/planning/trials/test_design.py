"""Design files: what they may say, and how they are refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bowlby.errors import InputError
from bowlby.planning.trials.design import Analysis
from bowlby.planning.trials.design_file import read_design, schema
from tests.planning.trials.designs import TWO_ARMS, design, on

EXAMPLES = sorted((Path(__file__).parents[3] / "examples" / "designs").glob("*.toml"))

COVARIATE = {"name": "rated sensitivity", "age": "4mo"}
CLUSTERED: dict[str, Any] = {"randomisation": {"kind": "cluster"}, "sites": {"families_each": 10, "icc": 0.05}}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_can_be_read(path: Path):
    assert read_design(path).title


def test_the_analysis_follows_from_the_design():
    assert design().analysed_by is Analysis.DIFFERENCE
    baseline = {"name": "rated sensitivity", "age": "4mo"}
    assert design(baseline=baseline).analysed_by is Analysis.ANCOVA
    assert design(**CLUSTERED).analysed_by is Analysis.CLUSTER_MEANS
    assert design(**CLUSTERED, baseline=baseline).analysed_by is Analysis.CLUSTER_ANCOVA
    assert design(therapists={"families_each": 8, "icc": 0.1}).analysed_by is Analysis.CLUSTER_MEANS
    wedge = CLUSTERED | {"randomisation": {"kind": "stepped wedge"}}
    assert design(**wedge).analysed_by is Analysis.PERIODS


@pytest.mark.parametrize(
    ("parts", "key", "said"),
    [
        ({"measures": on("security", ages=["9mo"])}, "measures.0", "12 to 20 months, not 9"),
        ({"measures": on("security", ages=["13mo", "18mo"])}, "measures.0", "done once"),
        (
            {"measures": [{"name": "security", "ages": ["13mo"]}, {"name": "disorganized", "ages": ["18mo"]}]},
            "measures",
            "done once with a child",
        ),
        ({"measures": on("secruity")}, "measures.0", "no measure"),
        ({"measures": [{"name": "externalizing", "ages": ["14mo"]}]}, "measures.0", "between 24 and 216"),
        ({"measures": on("security", ages=[14])}, "measures.0.ages.0", "with its unit"),
        ({"population": "usual", "exposures": {"harsh": 1.0}}, "population", "one of the two"),
        ({"population": "unusual"}, "population", "no population"),
        ({"population": None, "exposures": {"harsh": 0.4}}, "exposures", "sum to 1"),
        ({"arms": [{"name": "a", "intervention": "VIPP"}]}, "arms.0", "at which age"),
        ({"arms": [{"name": "a", "intervention": "holding therapy", "start": "5mo"}]}, "arms.0", "harmful"),
        ({"arms": [TWO_ARMS[0], {**TWO_ARMS[1], "start": "15mo"}]}, "arms", "measured already"),
        ({"randomisation": {"kind": "cluster"}}, "sites", "needs sites"),
        ({"randomisation": {"kind": "blocked", "block": 4, "ratio": 2}}, "randomisation", "cannot hold 2 treated"),
        ({"analysis": "ancova"}, "analysis", "needs a baseline"),
        ({"analysis": "logistic"}, "analysis", "logistic is for"),
        ({**CLUSTERED, "analysis": "difference"}, "analysis", "does not fit"),
        ({"baseline": {"name": "rated sensitivity", "age": "6mo"}}, "baseline", "before the intervention"),
        ({"drop_out": {"rate": 0.2, "on": "weather"}}, "drop_out", "depends on"),
        ({"drop_out": {"rate": 1.2}}, "drop_out.rate", "less than 1"),
        ({"trial": {"n": [200, 100]}}, "trial", "in order"),
        ({"pool": 12}, "pool", "Extra inputs"),
        (
            {
                "arms": [TWO_ARMS[0], {"name": "b", "intervention": "teacher consultation", "start": "40mo"}],
                "measures": [{"name": "externalizing", "ages": ["48mo"]}],
                "company": False,
            },
            "company",
            "company = true",
        ),
        ({**CLUSTERED, "analysis": "cluster means", "baseline": COVARIATE}, "baseline", "changes nothing"),
        ({"analysis": "difference", "baseline": COVARIATE}, "baseline", "take one of ancova"),
        ({"therapists": {"families_each": 8, "icc": 0.1}, "baseline": COVARIATE}, "baseline", "changes nothing"),
        ({**CLUSTERED, "randomisation": {"kind": "stepped wedge"}, "baseline": COVARIATE}, "baseline", "leave it out"),
        ({**CLUSTERED, "randomisation": {"kind": "stepped wedge", "ratio": 2.0}}, "randomisation", "no ratio"),
        ({"randomisation": {"block": 6}}, "randomisation", "block changes nothing"),
        ({"randomisation": {"steps": 2}}, "randomisation", "steps change nothing"),
        ({"trial": {"centres": [8]}}, "trial", "centres need sites"),
        ({"trial": {"centres": [8], "n": [80]}}, "trial", "one of the two"),
        ({**CLUSTERED, "sites": {"families_each": 9, "icc": 0.1, "autocorrelation": 0.5}}, "sites", "stepped wedge"),
        ({"sites": CLUSTERED["sites"], "measures": on("security"), "analysis": "logistic"}, "analysis", "no account"),
        ({"drop_out": {"on": "outcome", "log_odds": 1.0}}, "drop_out", "without a rate"),
        ({"drop_out": {"rate": 0.1, "on": "outcome"}}, "drop_out", "without log_odds"),
        ({"arms": [{"name": "a", "dose": 0.5}, TWO_ARMS[1]]}, "arms", "change nothing"),
        ({"measures": on("avoidance", minutes=30)}, "measures", "minutes change nothing"),
        ({"measures": on("avoidance", error=False, reliability=0.8)}, "measures", "one of the two"),
    ],
)
def test_what_cannot_be_is_refused_with_its_key(parts: dict[str, Any], key: str, said: str):
    with pytest.raises(InputError) as refused:
        design(**parts)
    assert refused.value.column == key
    assert said in refused.value.message


def test_a_file_is_named_with_key_value_and_remedy(tmp_path: Path):
    path = tmp_path / "d.toml"
    path.write_text('title = "x"\npopulaton = "usual"\n[[measures]]\nname = "security"\nages = ["14mo"]\n')
    with pytest.raises(InputError) as refused:
        read_design(path)
    assert (refused.value.file, refused.value.column, refused.value.value) == (str(path), "populaton", "usual")
    assert "'population'" in refused.value.remedy
    path.write_text("title = ")
    with pytest.raises(InputError, match="not TOML"):
        read_design(path)
    with pytest.raises(InputError, match="no such file"):
        read_design(tmp_path / "none.toml")


def test_the_schema_forbids_unknown_keys_and_shows_ages_as_text():
    whole = schema()
    assert whole["additionalProperties"] is False
    assert {"population", "arms", "measures", "randomisation", "drop_out", "trial"} <= set(whole["properties"])
    measure = whole["properties"]["measures"]["items"]["$ref"].removeprefix("#/$defs/")
    assert whole["$defs"][measure]["properties"]["ages"]["items"]["type"] == "string"
