"""Changed bytes of outputs and of DVC's cache, found by `firth verify` and mended by the commands that it shows."""

import os
import shutil
from pathlib import Path

import pytest
from ask.small_pipeline import make_pipeline, run

from firth.ask.recorded_outputs import print_verification
from firth.errors import FirthError

CACHE = Path(".dvc", "cache", "files", "md5")
INTACT = "every output is as dvc.lock records it, in the working copy and in the cache\n"


@pytest.fixture(scope="module")
def pipeline(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("verify") / "built"
    make_pipeline(folder)
    return folder


@pytest.fixture
def copy(pipeline: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("DVC_SITE_CACHE_DIR", str(tmp_path / "site"))
    return shutil.copytree(pipeline, tmp_path / "a copy", symlinks=True)


def findings(folder: Path) -> list[str]:
    with pytest.raises(FirthError) as caught:
        print_verification(folder)
    return str(caught.value).splitlines()


def mend(folder: Path, lines: list[str]) -> None:
    """Run the commands that the lines name."""
    for line in lines:
        run(folder, line.split("; mend with `")[1].removesuffix("`"))


def change_a_byte(path: Path) -> None:
    """As a bad disk does: size, time and mode stay."""
    status = path.stat()
    content = path.read_bytes()
    path.chmod(0o644)
    path.write_bytes(bytes([content[0] ^ 1]) + content[1:])
    path.chmod(status.st_mode)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def object_of(content: bytes, folder: Path) -> Path:
    (found,) = [path for path in (folder / CACHE).rglob("*") if path.is_file() and path.read_bytes() == content]
    return found


def test_intact_outputs_are_counted_with_the_bytes_that_were_read(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    print_verification(copy)
    files = [*copy.glob("models/*"), copy / "page.html", *copy.glob("reports/*"), *copy.glob(f"{CACHE}/*/*")]
    size = sum(path.stat().st_size for path in files)
    counts = f"outputs in dvc.lock: 4; hashed: {len(files)} files, {size} bytes\n"
    assert capsys.readouterr().out == counts + INTACT


def test_what_dvc_does_not_notice_in_the_working_copy_is_found_and_mended(copy: Path) -> None:
    run(copy, "dvc status")  # DVC has seen all files
    change_a_byte(copy / "models" / "b c.txt")
    change_a_byte(copy / "reports" / "table.csv")
    (copy / "page.html").unlink()
    assert "models" not in run(copy, "dvc status")
    lines = findings(copy)
    assert lines == [
        "models: differs in the working copy (b c.txt); mend with `rm -rf models && dvc checkout models`",
        "page.html: not in the working copy; mend with `dvc checkout page.html`",
        "reports/table.csv: differs in the working copy; "
        "mend with `mkdir -p reports && cp headline reports/headline.json && cp table reports/table.csv`",
    ]
    mend(copy, lines)
    print_verification(copy)


def test_damaged_objects_are_built_anew_without_a_remote(copy: Path) -> None:
    change_a_byte(object_of(b"22", copy))
    assert "up to date" in run(copy, "dvc status")
    (line,) = findings(copy)
    damaged = object_of(b"32", copy).relative_to(copy)
    assert line == (f"models: damaged in the cache ({damaged}); mend with `rm -rf models {damaged} && dvc repro model`")
    mend(copy, [line])
    print_verification(copy)


def test_damaged_and_missing_objects_come_from_the_remote(copy: Path, tmp_path: Path) -> None:
    run(copy, f"dvc remote add --local --default team '{tmp_path}/team' && dvc push --quiet")
    run(copy, "dvc config --local cache.type hardlink && dvc checkout --quiet --relink")
    change_a_byte(copy / "models" / "a.txt")  # an object too
    object_of(b"22", copy).unlink()
    lines = findings(copy)
    damaged = object_of(b"0.5", copy).relative_to(copy)
    assert lines == [
        f"models: differs in the working copy (a.txt), damaged in the cache ({damaged}), "
        "not in the cache (objects: 1); "
        f"mend with `rm -rf models {damaged} && dvc pull models || dvc repro model`",
        f"page.html: differs in the working copy, damaged in the cache ({damaged}); "
        f"mend with `rm -rf page.html {damaged} && dvc pull page.html || dvc repro page`",
    ]
    mend(copy, lines)
    print_verification(copy)


def test_a_cache_that_lost_everything_is_filled_from_an_intact_working_copy(copy: Path) -> None:
    shutil.rmtree(copy / CACHE)
    lines = findings(copy)
    assert lines == [
        "models: not in the cache (objects: 1); mend with `dvc commit model`",
        "page.html: not in the cache (objects: 1); mend with `dvc commit page`",
    ]
    mend(copy, lines)
    print_verification(copy)


def test_a_linked_file_is_read_once_and_a_link_into_nothing_is_found(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run(copy, "dvc config --local cache.type symlink && dvc checkout --quiet --relink")
    assert (copy / "models" / "a.txt").is_symlink()
    print_verification(copy)
    objects = [path for path in (copy / CACHE).rglob("*") if path.is_file()]
    assert f"hashed: {len(objects) + 2} files" in capsys.readouterr().out
    (listing,) = (copy / CACHE).glob("*/*.dir")
    change_a_byte(listing)
    object_of(b"1.5", copy).unlink()
    shown = listing.relative_to(copy)
    assert findings(copy) == [
        f"models: differs in the working copy, damaged in the cache ({shown}); "
        f"mend with `rm -rf models {shown} && dvc repro model`",
        "page.html: not in the working copy, not in the cache (objects: 1); "
        "mend with `rm -rf page.html && dvc repro page`",
    ]


def test_an_experiment_that_was_never_built_gets_one_line(tmp_path: Path) -> None:
    (tmp_path / "dvc.yaml").write_text("stages: {}\n")
    assert findings(tmp_path)[0].startswith(f"{tmp_path}: you are not inside of a DVC repository")
    run(tmp_path, "dvc init --quiet --no-scm")
    assert findings(tmp_path) == [f"{tmp_path}/dvc.lock: records no output; build the experiment with `make repro`"]
