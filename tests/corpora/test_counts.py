"""What was read and left out, in numbers and in words."""

from firth.corpora.counts import FileCounts, count_messages, count_metrics, total_counts


def counted(lines: int, *names: str) -> FileCounts:
    counts = FileCounts(lines=lines)
    counts.begin_member("x.txt")
    counts.begin_member("y.txt")
    for name in names:
        counts.leave_out("packed_files", name)
    return counts


def test_sums_keep_reasons_and_names() -> None:
    total = total_counts([counted(10, "a.gz"), counted(5, "b.gz")])
    assert (total.members, total.lines, total.left_out) == (4, 15, {"packed_files": 2})
    assert count_metrics(2, total) == {"files": 2, "members": 4, "lines": 15, "packed_files": 2}
    assert count_messages(2, total) == [
        "read 2 files, 4 texts, 15 lines: x.txt, y.txt, x.txt, y.txt",
        "left out 2 packed files within the archive: a.gz, b.gz",
    ]


def test_ten_names_stand_for_many() -> None:
    names = [f"{number}.gz" for number in range(12)]
    assert count_messages(1, counted(1, *names))[1].endswith(": " + ", ".join(names[:10]) + " and 2 more")


def test_a_file_that_is_read_again_is_counted_anew() -> None:
    counts = counted(10, "a.gz")
    counts.begin()
    assert counts == FileCounts()
