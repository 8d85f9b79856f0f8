"""Workers: started with one core and the engine's options, by a profile that is checked, or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from bowlby.errors import InputError
from bowlby.simulation.cluster.workers import ClusterError, cluster_workers, environment, job_script, read_profile
from bowlby.simulation.entry import SMALL_LOOP


def profile(tmp_path: Path, text: str) -> Path:
    """Return a profile file."""
    path = tmp_path / "profile.toml"
    path.write_text(text)
    return path


def test_a_worker_has_one_core_and_the_engines_options():
    found = environment()
    assert found["NPROC"] == "1"
    assert SMALL_LOOP in found["XLA_FLAGS"] and "device_count=1" in found["XLA_FLAGS"]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("kind", "mark"), [("slurm", "#SBATCH"), ("pbs", "#PBS")])
def test_the_job_script_sets_them_before_the_worker_starts(tmp_path: Path, kind: str, mark: str):
    text = f'kind = "{kind}"\nworkers = 4\nqueue = "long"\nmemory = "2GB"\nprologue = ["module load python"]\n'
    lines = job_script(read_profile(profile(tmp_path, text))).splitlines()
    worker = next(place for place, line in enumerate(lines) if "distributed" in line and "worker" in line)
    before = "\n".join(lines[:worker])
    assert mark in before and "long" in before
    assert all(word in before for word in ("module load python", 'export NPROC="1"', SMALL_LOOP))
    assert "--nthreads 1" in lines[worker]


@pytest.mark.parametrize(
    ("text", "column"),
    [
        ('kind = "cloud"\nworkers = 2\n', "kind"),
        ('kind = "slurm"\n', "workers"),
        ('kind = "pbs"\nworkers = 1\nx = 1', "x"),
    ],
)
def test_a_wrong_profile_is_refused_with_its_key(tmp_path: Path, text: str, column: str):
    with pytest.raises(InputError) as refused:
        read_profile(profile(tmp_path, text))
    assert refused.value.column == column


def test_what_is_neither_profile_nor_address_is_refused(tmp_path: Path):
    with pytest.raises(InputError, match="no such profile"), cluster_workers(str(tmp_path / "none.toml")):
        pass
    with pytest.raises(InputError, match="not TOML"), cluster_workers(str(profile(tmp_path, "kind ="))):
        pass
    with pytest.raises(InputError, match="no queue"):
        job_script(read_profile(profile(tmp_path, 'kind = "local"\nworkers = 2\n')))


def test_without_a_cluster_there_are_no_workers():
    with cluster_workers(None) as workers:
        assert workers is None


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_workers_without_the_engines_options_are_refused():
    from distributed import LocalCluster

    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="") as plain,
        pytest.raises(ClusterError, match="other options"),
        cluster_workers(plain.scheduler_address),
    ):
        pass
